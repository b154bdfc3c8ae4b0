// Part of Apus, Apache-2.0. See LICENSE.

/// Threefry4x64-20 (Salmon and others 2011): a counter and a key mixed by additions, rotations and
/// exclusive ors only.
///
/// For each key it is a bijection of a 256-bit counter, like ``Philox4x64``, so streams with different
/// counters never share a block.
///
/// ```swift
/// var generator = Threefry4x64(key: SIMD4(1, 2, 3, 4))
/// ```
/// - Compatibility: Random123's `threefry4x64`, bit for bit (`Tests/Vectors/rng/other.json`); the
///   order of counters is that of NumPy's Philox: a fresh generator begins with counter + 1.
public struct Threefry4x64: SeedableGenerator {
  @usableFromInline var key: SIMD4<UInt64>
  @usableFromInline var counter: Words4<UInt64>
  @usableFromInline var buffer: Words4<UInt64> = .zero
  @usableFromInline var used = 4
  @usableFromInline var lineage: Lineage
  @usableFromInline var kept = PendingHalfWord()

  /// Makes a generator from a key and the counter before its first block, low words first.
  public init(key: SIMD4<UInt64>, counter: SIMD4<UInt64> = .zero) {
    self.key = key
    self.counter = Words4(counter)
    lineage = Lineage(
      (0..<4).map { UInt64(key[$0]) } + (0..<4).map { UInt64(counter[$0]) })
  }

  /// Makes a generator whose key comes from a seed sequence.
  public init(_ sequence: SeedSequence) {
    let words = sequence.generateState64(4)
    self.init(key: SIMD4(words[0], words[1], words[2], words[3]))
  }

  /// The next 64 random bits.
  @inlinable
  public mutating func next() -> UInt64 { nextWord() }

  /// The next 32 random bits: halves of a word, low half first.
  @inlinable
  public mutating func nextUInt32() -> UInt32 {
    kept.take() ?? kept.split(next())
  }

  /// Skips `blocks` blocks of four words and drops the rest of the current one.
  ///
  /// - Parameter blocks: low word first, modulo 2²⁵⁶.
  /// - Complexity: O(1).
  public mutating func advance(blocks: SIMD4<UInt64>) { skip(Words4(blocks)) }

  /// The generator 2¹²⁸ · `count` blocks ahead.
  ///
  /// - Complexity: O(1).
  public func jumped(_ count: UInt64 = 1) -> Threefry4x64 {
    var result = self
    result.advance(blocks: SIMD4(0, 0, count, 0))
    return result
  }

  /// Random123's `threefry4x64` on one counter.
  package static func block(
    counter: SIMD4<UInt64>, key: SIMD4<UInt64>, rounds: Int = 20
  ) -> SIMD4<UInt64> {
    Threefry.block(counter, key, Threefry.wide, rounds: rounds)
  }
}

extension Threefry4x64 {
  /// The words drawn since `start`, an earlier copy; nil if the generator was moved or is a different one.
  public func words(since start: Threefry4x64) -> UInt64? { wordsDrawn(since: start) }
}

extension Threefry4x64: CounterBasedGenerator {
  @usableFromInline
  func block() -> Words4<UInt64> { Words4(Self.block(counter: counter.simd, key: key)) }

  @usableFromInline
  mutating func dropKept() { kept.drop() }
}

/// The rounds of Threefry on four words of either width.
enum Threefry {
  struct Constants<Word: SIMDScalar & Sendable>: Sendable {
    /// Added to the key so that no key is all zero.
    let parity: Word
    /// How far the two pairs of words are rotated, by the number of the round modulo 8.
    let rotations: [(Word, Word)]
  }

  static let wide = Constants<UInt64>(
    parity: 0x1BD1_1BDA_A9FC_1A22,
    rotations: [
      (14, 16), (52, 57), (23, 40), (5, 37), (25, 33), (46, 12), (58, 22), (32, 32),
    ])

  static let narrow = Constants<UInt32>(
    parity: 0x1BD1_1BDA,
    rotations: [
      (10, 26), (11, 21), (13, 27), (23, 5), (6, 20), (17, 11), (25, 10), (18, 20),
    ])

  static func block<Word: FixedWidthInteger & SIMDScalar & Sendable>(
    _ counter: SIMD4<Word>, _ key: SIMD4<Word>, _ constants: Constants<Word>, rounds: Int
  ) -> SIMD4<Word> {
    let parity = key[0] ^ key[1] ^ key[2] ^ key[3] ^ constants.parity
    let schedule = [key[0], key[1], key[2], key[3], parity]
    var x = counter &+ key
    for round in 0..<rounds {
      let turns = constants.rotations[round % 8]
      let (a, b) = round % 2 == 0 ? (1, 3) : (3, 1)
      mix(&x, 0, a, turns.0)
      mix(&x, 2, b, turns.1)
      if round % 4 == 3 {
        let group = round / 4 + 1
        for i in 0..<4 { x[i] &+= schedule[(group + i) % 5] }
        x[3] &+= Word(truncatingIfNeeded: group)
      }
    }
    return x
  }

  private static func mix<Word: FixedWidthInteger & SIMDScalar>(
    _ x: inout SIMD4<Word>, _ target: Int, _ other: Int, _ turn: Word
  ) {
    x[target] &+= x[other]
    let word = x[other]
    x[other] = (word &<< turn | word &>> (0 &- turn)) ^ x[target]
  }
}
