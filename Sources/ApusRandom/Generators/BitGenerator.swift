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

  /// How many words were drawn since `start`, an earlier copy; nil if this cannot be told.
  ///
  /// Words of the generator's own size: 32 bits for ``MT19937`` and the generators named so, 64 for
  /// the others, uniforms for ``MRG32k3a``. A word of which half was used counts. Nil where the
  /// generator was moved in between or is not the one that `start` was. What a copy drew is not seen, nor that
  /// an earlier copy was put back.
  func words(since start: Self) -> UInt64?

  /// How this generator turns a 64-bit word into a double in [0, 1).
  static func double(from word: UInt64) -> Double

  /// Fills `words` with what as many calls of ``next()`` would give.
  mutating func fillWords(_ words: inout MutableSpan<UInt64>)

  /// Fills `words` with what as many calls of `nextUInt32()` would give.
  mutating func fillWords32(_ words: inout MutableSpan<UInt32>)

  /// Fills `values` with what as many calls of ``nextDouble()`` would give.
  mutating func fillDoubles(_ values: inout MutableSpan<Double>)

  /// Fills `values` with what as many calls of `normal()` would give.
  mutating func fillStandardNormal(_ values: inout MutableSpan<Double>)

  /// Fills `values` with what as many calls of `exponential()` would give.
  mutating func fillStandardExponential(_ values: inout MutableSpan<Double>)
}

extension BitGenerator {
  /// The rules are those of NumPy's `Generator`.
  @inlinable
  public static var rules: VariateRules { .numPy }

  /// Not known, unless a generator says otherwise.
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
