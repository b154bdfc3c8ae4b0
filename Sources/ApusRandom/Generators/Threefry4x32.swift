// Part of Apus, Apache-2.0. See LICENSE.

/// Threefry4x32-20 (Salmon and others 2011): ``Threefry4x64`` in words of 32 bits.
///
/// ```swift
/// var generator = Threefry4x32(key: SIMD4(1, 2, 3, 4))
/// ```
/// - Compatibility: Random123's `threefry4x32`, bit for bit (`Tests/Vectors/rng/other.json`), from
///   counter + 1 on; a 64-bit word is two of 32, low first.
public struct Threefry4x32: SeedableGenerator {
  @usableFromInline var key: SIMD4<UInt32>
  @usableFromInline var counter: Words4<UInt32>
  @usableFromInline var buffer: Words4<UInt32> = .zero
  @usableFromInline var used = 4
  @usableFromInline var lineage: Lineage

  /// Makes a generator from a key and the counter before its first block, low words first.
  public init(key: SIMD4<UInt32>, counter: SIMD4<UInt32> = .zero) {
    self.key = key
    self.counter = Words4(counter)
    lineage = Lineage(
      (0..<4).map { UInt64(key[$0]) } + (0..<4).map { UInt64(counter[$0]) })
  }

  /// Makes a generator whose key comes from a seed sequence.
  public init(_ sequence: SeedSequence) {
    let words = sequence.generateState32(4)
    self.init(key: SIMD4(words[0], words[1], words[2], words[3]))
  }

  /// The next 32 random bits.
  @inlinable
  public mutating func nextUInt32() -> UInt32 { nextWord() }

  /// The next 64 random bits: two words, the first one low.
  @inlinable
  public mutating func next() -> UInt64 {
    let low = nextWord()
    return UInt64(nextWord()) << 32 | UInt64(low)
  }

  /// Skips `blocks` blocks of four words and drops the rest of the current one.
  ///
  /// - Parameter blocks: low word first, modulo 2¹²⁸.
  /// - Complexity: O(1).
  public mutating func advance(blocks: SIMD4<UInt32>) { skip(Words4(blocks)) }

  /// The generator 2⁶⁴ · `count` blocks ahead.
  ///
  /// - Complexity: O(1).
  public func jumped(_ count: UInt32 = 1) -> Threefry4x32 {
    var result = self
    result.advance(blocks: SIMD4(0, 0, count, 0))
    return result
  }

  /// Random123's `threefry4x32` on one counter.
  package static func block(
    counter: SIMD4<UInt32>, key: SIMD4<UInt32>, rounds: Int = 20
  ) -> SIMD4<UInt32> {
    Threefry.block(counter, key, Threefry.narrow, rounds: rounds)
  }
}

extension Threefry4x32 {
  /// The words drawn since `start`, an earlier copy; nil if the generator was moved or is a different one.
  public func words(since start: Threefry4x32) -> UInt64? { wordsDrawn(since: start) }
}

extension Threefry4x32: CounterBasedGenerator {
  @usableFromInline
  func block() -> Words4<UInt32> { Words4(Self.block(counter: counter.simd, key: key)) }

  @usableFromInline
  mutating func dropKept() {}
}
