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
  @usableFromInline var key: SIMD2<UInt64>
  @usableFromInline var counter: SIMD4<UInt64>
  @usableFromInline var buffer: SIMD4<UInt64> = .zero
  @usableFromInline var used = 4
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
    self.key = SIMD2(key.0, key.1)
    self.counter = SIMD4(counter.0, counter.1, counter.2, counter.3)
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
    skip(SIMD4(blocks.0, blocks.1, blocks.2, blocks.3))
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
      at: StreamOrigin(.substreams(key: [key[0], key[1]], counter: first, word: word)))
  }
}

extension Philox4x64 {
  /// Words drawn since `start`, an earlier copy; nil if the key is another or the counter went far.
  public func words(since start: Philox4x64) -> UInt64? {
    key == start.key ? counted(since: start) : nil
  }
}

extension Philox4x64: CounterBasedGenerator {
  @usableFromInline
  func block() -> SIMD4<UInt64> { Self.block(counter: counter, key: key) }

  @usableFromInline
  mutating func dropKept() { kept.drop() }
}
