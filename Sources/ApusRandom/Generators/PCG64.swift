// Part of Apus, Apache-2.0. See LICENSE.

/// PCG64, XSL-RR 128/64 (O'Neill 2014): NumPy's default generator.
///
/// ```swift
/// var generator = PCG64(SeedSequence(42))   // numpy.random.default_rng(42)
/// ```
/// - Compatibility: `numpy.random.PCG64`, NumPy 2.4, bit for bit (`Tests/Vectors/rng/pcg64.json`).
public struct PCG64: SeedableGenerator {
  @usableFromInline var state: CongruentialState
  @usableFromInline var kept = PendingHalfWord()
  var lineage: Lineage

  @usableFromInline static let multiplier: UInt128 =
    2_549_297_995_355_413_924 << 64 | 4_865_540_595_714_422_341

  /// Makes the generator that `numpy.random.PCG64(sequence)` makes.
  public init(_ sequence: SeedSequence) { self.init(CongruentialState(sequence)) }

  init(_ state: CongruentialState) {
    self.state = state
    lineage = Lineage(state.list)
  }

  /// The next 64 random bits.
  @inlinable
  public mutating func next() -> UInt64 {
    let value = state.value &* Self.multiplier &+ state.increment
    state.value = value
    let folded = UInt64(truncatingIfNeeded: value >> 64) ^ UInt64(truncatingIfNeeded: value)
    let turn = UInt64(truncatingIfNeeded: value >> 122)
    return folded &>> turn | folded &<< (0 &- turn)
  }

  /// The next 32 random bits: halves of a word, low half first.
  @inlinable
  public mutating func nextUInt32() -> UInt32 {
    kept.take() ?? kept.split(next())
  }

  /// The words drawn since `start`, an earlier copy; nil if the generator was moved or is a different one.
  ///
  /// - Complexity: O(128).
  public func words(since start: PCG64) -> UInt64? {
    guard lineage == start.lineage else { return nil }
    return state.words(since: start.state, multiplier: Self.multiplier)
  }

  /// Moves `distance` words ahead; drops a kept half.
  ///
  /// - Parameter distance: modulo 2¹²⁸, so `0 &- 2` goes back two words.
  /// - Complexity: O(log `distance`).
  public mutating func advance(by distance: UInt128) {
    state.advance(by: distance, multiplier: Self.multiplier)
    kept.drop()
    lineage.recordJump(to: state.list)
  }

  /// The generator `count` golden-ratio steps ahead on the same cycle.
  ///
  /// - Compatibility: `jumped(count)` of NumPy. Among N such streams the smallest gap is above
  ///   0.38 · 2¹²⁸ / N words.
  public func jumped(_ count: UInt64 = 1) -> PCG64 {
    var result = self
    result.advance(by: CongruentialState.goldenSteps(count))
    return result
  }
}
