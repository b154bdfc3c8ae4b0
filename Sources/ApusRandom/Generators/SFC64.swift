// Part of Apus, Apache-2.0. See LICENSE.

/// SFC64 (Doty-Humphrey 2013): small, fast, chaotic, with a counter.
///
/// It cannot jump: streams come from different seeds, so they are not proved disjoint. Its period is
/// at least 2⁶⁴ words from every state.
///
/// ```swift
/// var generator = SFC64(SeedSequence(42))   // numpy.random.SFC64(42)
/// ```
/// - Compatibility: `numpy.random.SFC64`, NumPy 2.4, bit for bit (`Tests/Vectors/rng/sfc64.json`).
public struct SFC64: SeedableGenerator {
  /// a, b, c and the counter.
  @usableFromInline var state: Words4<UInt64>
  @usableFromInline var kept = PendingHalfWord()
  var lineage: Lineage

  /// Makes the generator that `numpy.random.SFC64(sequence)` makes.
  public init(_ sequence: SeedSequence) {
    let words = sequence.generateState64(3)
    state = Words4(words[0], words[1], words[2], 1)
    lineage = Lineage(words)
    for _ in 0..<12 { _ = next() }
  }

  /// The next 64 random bits.
  @inlinable
  public mutating func next() -> UInt64 {
    let (b, c) = (state.w1, state.w2)
    let word = state.w0 &+ b &+ state.w3
    state = Words4(b ^ b &>> 11, c &+ c &<< 3, (c &<< 24 | c &>> 40) &+ word, state.w3 &+ 1)
    return word
  }

  /// The words drawn since `start`, an earlier copy, by the counters; nil if this is a different generator.
  public func words(since start: SFC64) -> UInt64? {
    lineage == start.lineage ? state.w3 &- start.state.w3 : nil
  }

  /// The next 32 random bits: halves of a word, low half first.
  @inlinable
  public mutating func nextUInt32() -> UInt32 {
    kept.take() ?? kept.split(next())
  }
}
