// Part of Apus, Apache-2.0. See LICENSE.

/// Philox4x64-10 (Salmon and others 2011): a counter and a key, and the default for parallel work.
///
/// Block `n` of the sequence is a bijective function of counter `n` for each key, so any place is
/// reached at once and streams at different counters never share a block.
///
/// ```swift
/// var generator = Philox4x64(SeedSequence(42))
/// let inner = generator.substreams()           // streams for a map inside of this task
/// ```
/// - Compatibility: `numpy.random.Philox`, NumPy 2.4, bit for bit (`Tests/Vectors/rng/philox.json`).
public struct Philox4x64: SeedableGenerator {
  @usableFromInline var key: PhiloxKey
  @usableFromInline var counter: Words4<UInt64>
  @usableFromInline var buffer: Words4<UInt64> = .zero
  @usableFromInline var used = 4
  @usableFromInline var lineage: Lineage
  @usableFromInline var kept = KeptHalf()
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
  /// Skips `blocks` blocks of four words and drops what is left of the present one.
  ///
  /// - Parameter blocks: low word first, modulo 2²⁵⁶ (so negative distances wrap around).
  /// - Complexity: O(1).
  /// - Compatibility: `advance` of NumPy, which also counts blocks, not draws.
  public mutating func advance(blocks: (UInt64, UInt64, UInt64, UInt64)) {
    skip(Words4(blocks.0, blocks.1, blocks.2, blocks.3))
  }

  /// The generator 2¹²⁸ · `count` blocks ahead.
  ///
  /// On a generator that a map has given to task `t` this is the stream of task `t + count`: do not
  /// use it there, use ``substreams()``.
  ///
  /// - Complexity: O(1).
  /// - Compatibility: `jumped(count)` of NumPy.
  public func jumped(_ count: UInt64 = 1) -> Philox4x64 {
    var result = self
    result.advance(blocks: (0, 0, count, 0))
    return result
  }

  /// Streams for a map inside of this task, disjoint from this generator's own numbers.
  ///
  /// The first call gives the sub-streams 1, 2, …, the second those from 2³² + 1 on, and so on: two
  /// maps in one task do not share numbers. Sub-stream `j` has `j` in the counter's second word; a
  /// sub-stream's own sub-streams count in the fourth. The generator itself is sub-stream 0.
  ///
  /// - Precondition: at most two levels, as for forests within folds within folds. A copy of a
  ///   generator hands out the same sub-streams as the original: pass generators `inout`.
  /// - Complexity: O(1).
  /// - Compatibility: sub-stream `j` is NumPy's `advance(j << 64)` at the start of the task.
  public mutating func substreams() -> Streams<Philox4x64> {
    precondition(counter[3] == 0, "Sub-streams divide once more, not twice.")
    let word = counter[1] == 0 ? 1 : 3
    var first = [0, counter[1], counter[2], 0]
    first[word] = groupsTaken << 32 + 1
    groupsTaken += 1
    return Streams(
      at: StreamOrigin(.substreams(key: [key.low, key.high], counter: first, word: word)))
  }
}

extension Philox4x64 {
  /// Words drawn since `start`, an earlier copy; nil if there was a move, or if this is another.
  public func words(since start: Philox4x64) -> UInt64? { counted(since: start) }
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
