// Part of Apus, Apache-2.0. See LICENSE.

/// PCG64DXSM (O'Neill 2019): a stronger output function on a cheaper multiplier.
///
/// It is what NumPy recommends where many streams come from many increments: those of ``PCG64`` can
/// correlate, with a tiny probability, where the increments differ in high bits only.
///
/// ```swift
/// var generator = PCG64DXSM(SeedSequence(42))   // numpy.random.PCG64DXSM(42)
/// ```
/// - Compatibility: `numpy.random.PCG64DXSM`, NumPy 2.4, bit for bit
///   (`Tests/Vectors/rng/pcg64dxsm.json`).
public struct PCG64DXSM: SeedableGenerator {
  @usableFromInline var state: CongruentialState
  @usableFromInline var kept = KeptHalf()
  var lineage: Lineage

  @usableFromInline static let multiplier: UInt64 = 0xda94_2042_e4dd_58b5

  /// Makes the generator that `numpy.random.PCG64DXSM(sequence)` makes.
  public init(_ sequence: SeedSequence) { self.init(CongruentialState(sequence)) }

  init(_ state: CongruentialState) {
    self.state = state
    lineage = Lineage(state.list)
  }

  /// The next 64 random bits: of the state before it steps on.
  @inlinable
  public mutating func next() -> UInt64 {
    let value = state.value
    state.value = value &* UInt128(Self.multiplier) &+ state.increment
    var high = UInt64(truncatingIfNeeded: value >> 64)
    high = (high ^ high &>> 32) &* Self.multiplier
    return (high ^ high &>> 48) &* (UInt64(truncatingIfNeeded: value) | 1)
  }

  /// The next 32 random bits: halves of a word, low half first.
  @inlinable
  public mutating func nextUInt32() -> UInt32 {
    kept.take() ?? kept.split(next())
  }

  /// Words drawn since `start`, an earlier copy; nil if there was a move, or if this is another.
  ///
  /// - Complexity: O(128).
  public func words(since start: PCG64DXSM) -> UInt64? {
    guard lineage == start.lineage else { return nil }
    return state.words(since: start.state, multiplier: UInt128(Self.multiplier))
  }

  /// Moves `distance` words ahead; drops a kept half.
  ///
  /// - Parameter distance: modulo 2¹²⁸, so `0 &- 2` goes back two words.
  /// - Complexity: O(log `distance`).
  public mutating func advance(by distance: UInt128) {
    state.advance(by: distance, multiplier: UInt128(Self.multiplier))
    kept.drop()
    lineage.noteMove(to: state.list)
  }

  /// The generator `count` golden-ratio steps ahead on the same cycle.
  ///
  /// - Compatibility: `jumped(count)` of NumPy. Among N such streams the smallest gap is above
  ///   0.38 · 2¹²⁸ / N words.
  public func jumped(_ count: UInt64 = 1) -> PCG64DXSM {
    var result = self
    result.advance(by: CongruentialState.goldenSteps(count))
    return result
  }
}
