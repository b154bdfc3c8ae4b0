// Part of Apus, Apache-2.0. See LICENSE.

/// PCG64DXSM (O'Neill 2019): a stronger output function with a cheaper multiplier.
///
/// NumPy recommends it for many streams with different increments: streams of ``PCG64`` can, with a tiny
/// probability, be correlated if their increments differ only in the high bits.
///
/// ```swift
/// var generator = PCG64DXSM(SeedSequence(42))   // numpy.random.PCG64DXSM(42)
/// ```
/// - Compatibility: `numpy.random.PCG64DXSM`, NumPy 2.4, bit for bit
///   (`Tests/Vectors/rng/pcg64dxsm.json`).
public struct PCG64DXSM: SeedableGenerator {
  @usableFromInline var state: CongruentialState
  @usableFromInline var kept = PendingHalfWord()
  var lineage: Lineage

  @usableFromInline static let multiplier: UInt64 = 0xda94_2042_e4dd_58b5

  /// Makes the generator that `numpy.random.PCG64DXSM(sequence)` makes.
  public init(_ sequence: SeedSequence) { self.init(CongruentialState(sequence)) }

  init(_ state: CongruentialState) {
    self.state = state
    lineage = Lineage(state.list)
  }

  /// The next 64 random bits, computed from the state before it is advanced.
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

  /// The words drawn since `start`, an earlier copy; nil if the generator was moved or is a different one.
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
    lineage.recordJump(to: state.list)
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
