// Part of Apus, Apache-2.0. See LICENSE.

/// PCG64, XSL-RR 128/64 (O'Neill 2014): NumPy's default generator.
///
/// ```swift
/// var generator = PCG64(SeedSequence(42))   // numpy.random.default_rng(42)
/// ```
/// - Compatibility: `numpy.random.PCG64`, NumPy 2.4, bit for bit (`Tests/Vectors/rng/pcg64.json`).
public struct PCG64: BitGenerator {
  @usableFromInline var state: UInt128
  @usableFromInline let increment: UInt128
  @usableFromInline var kept = KeptHalf()

  @usableFromInline static let multiplier: UInt128 =
    2_549_297_995_355_413_924 << 64 | 4_865_540_595_714_422_341

  /// Makes the generator that `numpy.random.PCG64(sequence)` makes.
  public init(_ sequence: SeedSequence) {
    let words = sequence.generateState64(4).map { UInt128($0) }
    increment = (words[2] << 64 | words[3]) << 1 | 1
    state = (increment &+ (words[0] << 64 | words[1])) &* Self.multiplier &+ increment
  }

  /// The next 64 random bits.
  @inlinable
  public mutating func next() -> UInt64 {
    state = state &* Self.multiplier &+ increment
    let folded = UInt64(truncatingIfNeeded: state >> 64) ^ UInt64(truncatingIfNeeded: state)
    let turn = UInt64(truncatingIfNeeded: state >> 122)
    return folded &>> turn | folded &<< (0 &- turn)
  }

  /// The next 32 random bits: halves of a word, low half first.
  @inlinable
  public mutating func nextUInt32() -> UInt32 {
    kept.take() ?? kept.split(next())
  }

  /// Moves `distance` words ahead; drops a kept half.
  ///
  /// - Parameter distance: modulo 2¹²⁸, so `0 &- 2` goes back two words.
  /// - Complexity: O(log `distance`).
  public mutating func advance(by distance: UInt128) {
    var rest = distance
    var factor: UInt128 = 1
    var offset: UInt128 = 0
    var power = Self.multiplier
    var step = increment
    while rest != 0 {
      if rest & 1 == 1 {
        factor = factor &* power
        offset = offset &* power &+ step
      }
      step = (power &+ 1) &* step
      power = power &* power
      rest >>= 1
    }
    state = factor &* state &+ offset
    kept.drop()
  }

  /// The generator `count` golden-ratio steps ahead on the same cycle.
  ///
  /// - Compatibility: `jumped(count)` of NumPy. Among N such streams the smallest gap is above
  ///   0.38 · 2¹²⁸ / N words.
  public func jumped(_ count: UInt64 = 1) -> PCG64 {
    var result = self
    result.advance(by: UInt128(count) &* (0x9e37_79b9_7f4a_7c15 << 64 | 0xf39c_c060_5ced_c835))
    return result
  }
}
