// Part of Apus, Apache-2.0. See LICENSE.

/// Philox4x64-10 (Salmon and others 2011): a counter-based generator, the default for parallel work.
///
/// For each key, block `n` of the sequence is a bijective function of counter `n`, so any position is reached
/// at once and streams with different counters never share a block.
///
/// ```swift
/// var generator = Philox4x64(SeedSequence(42))
/// let inner = generator.substreams()           // streams for a map inside this task
/// ```
/// - Compatibility: `numpy.random.Philox`, NumPy 2.4, bit for bit (`Tests/Vectors/rng/philox.json`).
public struct Philox4x64: SeedableGenerator {
  @usableFromInline var key: PhiloxKey
  @usableFromInline var counter: Words4<UInt64>
  @usableFromInline var buffer: Words4<UInt64> = .zero
  @usableFromInline var used = 4
  @usableFromInline var lineage: Lineage
  @usableFromInline var kept = PendingHalfWord()
  var groupsTaken: UInt64 = 0

  /// Makes a generator from a key and the counter before its first block.
  ///
  /// - Parameters:
  ///   - key: two words, low first.
  ///   - counter: four words, low first; default 0. The first block is that of counter + 1.
  public init(
    key: (UInt64, UInt64), counter: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
  ) {
    self.key = PhiloxKey(key.0, key.1)
    self.counter = Words4(counter.0, counter.1, counter.2, counter.3)
    lineage = Lineage([key.0, key.1, counter.0, counter.1, counter.2, counter.3])
  }

  /// Makes the generator that `numpy.random.Philox(sequence)` makes.
  public init(_ sequence: SeedSequence) {
    let words = sequence.generateState64(2)
    self.init(key: (words[0], words[1]))
  }

  /// The next 64 random bits.
  @inlinable
  public mutating func next() -> UInt64 { nextWord() }

  /// The next 32 random bits: halves of a word, low half first.
  @inlinable
  public mutating func nextUInt32() -> UInt32 {
    kept.take() ?? kept.split(next())
  }
}

extension Philox4x64 {
  /// Skips `blocks` blocks of four words and drops the rest of the current one.
  ///
  /// - Parameter blocks: low word first, modulo 2²⁵⁶ (so negative distances wrap around).
  /// - Complexity: O(1).
  /// - Compatibility: `advance` of NumPy, which also counts blocks, not draws.
  public mutating func advance(blocks: (UInt64, UInt64, UInt64, UInt64)) {
    skip(Words4(blocks.0, blocks.1, blocks.2, blocks.3))
  }

  /// The generator 2¹²⁸ · `count` blocks ahead.
  ///
  /// If a map gave this generator to task `t`, the result is the stream of task `t + count`: inside a map,
  /// use ``substreams()`` instead.
  ///
  /// - Complexity: O(1).
  /// - Compatibility: `jumped(count)` of NumPy.
  public func jumped(_ count: UInt64 = 1) -> Philox4x64 {
    var result = self
    result.advance(blocks: (0, 0, count, 0))
    return result
  }
}

extension Philox4x64 {
  /// The words drawn since `start`, an earlier copy; nil if the generator was moved or is a different one.
  public func words(since start: Philox4x64) -> UInt64? { wordsDrawn(since: start) }
}

extension Philox4x64: CounterBasedGenerator {
  @inlinable
  func block() -> Words4<UInt64> { Self.block(counter, key, rounds: 10) }

  @usableFromInline
  mutating func dropKept() { kept.drop() }
}

/// The key of Philox4x64.
@usableFromInline
struct PhiloxKey: Sendable, Hashable {
  @usableFromInline var low: UInt64
  @usableFromInline var high: UInt64

  @inlinable
  init(_ low: UInt64, _ high: UInt64) { (self.low, self.high) = (low, high) }
}

extension Philox4x64 {
  @inlinable
  static func block(
    _ counter: Words4<UInt64>, _ key: PhiloxKey, rounds: Int
  ) -> Words4<UInt64> {
    var c = counter
    var k = key
    for _ in 0..<rounds {
      let p0 = c.w0.multipliedFullWidth(by: 0xD2E7_470E_E14C_6C93)
      let p1 = c.w2.multipliedFullWidth(by: 0xCA5A_8263_9512_1157)
      c = Words4(p1.high ^ c.w1 ^ k.low, p1.low, p0.high ^ c.w3 ^ k.high, p0.low)
      k.low &+= 0x9E37_79B9_7F4A_7C15
      k.high &+= 0xBB67_AE85_84CA_A73B
    }
    return c
  }

  /// Random123's `philox4x64` on one counter.
  package static func block(
    counter: SIMD4<UInt64>, key: SIMD2<UInt64>, rounds: Int = 10
  ) -> SIMD4<UInt64> {
    block(Words4(counter), PhiloxKey(key[0], key[1]), rounds: rounds).simd
  }
}
