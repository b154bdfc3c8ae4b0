// Part of Apus, Apache-2.0. See LICENSE.

/// A source of uniform random bits with NumPy's rules for turning them into words and doubles.
///
/// All distributions are extensions of ``VariateGenerator``, so every generator has all of them. A
/// generator is a value: a copy continues with the same numbers. Give each task its own (see
/// ``Streams``) instead of sharing one.
///
/// ```swift
/// var generator = PCG64(SeedSequence(42))   // numpy.random.default_rng(42)
/// let u = generator.uniform()
/// let z = generator.normal(mean: 10, standardDeviation: 2)
/// ```
/// - Compatibility: the draws of each conforming type equal those of `numpy.random.Generator` on
///   the bit generator of that name, NumPy 2.4, bit for bit.
public protocol BitGenerator: RandomNumberGenerator, VariateGenerator {
  /// The next 64 random bits.
  mutating func next() -> UInt64

  /// The next 32 random bits.
  ///
  /// Generators of 64-bit words return the low half of a word and keep the high half for the next
  /// call; other draws leave the kept half alone.
  mutating func nextUInt32() -> UInt32

  /// A double in [0, 1), a multiple of 2⁻⁵³.
  mutating func nextDouble() -> Double

  /// The number of words drawn since `start`, an earlier copy; nil if it cannot be determined.
  ///
  /// A word has the generator's own size: 32 bits for ``MT19937``, ``RMersenneTwister``, ``Philox4x32`` and
  /// ``Threefry4x32``, 64 for the others; for ``MRG32k3a``, uniforms are counted. A half-used word counts.
  /// The result is nil if the generator was moved in between or is not a continuation of `start`. Draws from
  /// copies go unnoticed, and so does putting back an earlier copy.
  func words(since start: Self) -> UInt64?

  /// Turns a 64-bit word into a double in [0, 1), by this generator's rule.
  static func double(from word: UInt64) -> Double

  /// Fills `words` exactly as repeated calls to ``next()`` would.
  mutating func fillWords(_ words: inout MutableSpan<UInt64>)

  /// Fills `words` exactly as repeated calls to `nextUInt32()` would.
  mutating func fillWords32(_ words: inout MutableSpan<UInt32>)

  /// Fills `values` exactly as repeated calls to ``nextDouble()`` would.
  mutating func fillDoubles(_ values: inout MutableSpan<Double>)

  /// Fills `values` exactly as repeated calls to `normal()` would.
  mutating func fillStandardNormal(_ values: inout MutableSpan<Double>)

  /// Fills `values` exactly as repeated calls to `exponential()` would.
  mutating func fillStandardExponential(_ values: inout MutableSpan<Double>)
}

extension BitGenerator {
  /// The rules of NumPy's `Generator`.
  @inlinable
  public static var rules: VariateRules { .numPy }

  /// Returns nil; generators that can count their draws override this.
  public func words(since start: Self) -> UInt64? { nil }

  /// The upper 53 bits, times 2⁻⁵³.
  @inlinable
  public static func double(from word: UInt64) -> Double {
    Double(word &>> 11) * 0x1p-53
  }

  /// A double in [0, 1) from the next word.
  @inlinable
  public mutating func nextDouble() -> Double { Self.double(from: next()) }

  /// Fills `words` one call at a time.
  @inlinable
  public mutating func fillWords(_ words: inout MutableSpan<UInt64>) {
    for i in words.indices { words[i] = next() }
  }

  /// Fills `words` one call at a time.
  @inlinable
  public mutating func fillWords32(_ words: inout MutableSpan<UInt32>) {
    for i in words.indices { words[i] = nextUInt32() }
  }

  /// Fills `values` one call at a time.
  @inlinable
  public mutating func fillDoubles(_ values: inout MutableSpan<Double>) {
    for i in values.indices { values[i] = nextDouble() }
  }
}
