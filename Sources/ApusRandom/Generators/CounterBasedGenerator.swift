// Part of Apus, Apache-2.0. See LICENSE.

/// A generator of the Random123 family: a key, a counter of four words, and a bijection that turns each
/// counter into four random words.
///
/// As in NumPy's Philox, the counter is incremented before a block is made: the first block of a fresh
/// generator is that of its counter plus one.
@usableFromInline
protocol CounterBasedGenerator: BitGenerator {
  associatedtype Word: FixedWidthInteger & UnsignedInteger & SIMDScalar & Hashable & Sendable

  var counter: Words4<Word> { get set }
  /// The words of the current block that have not been drawn yet, in order.
  var buffer: Words4<Word> { get set }
  /// The number of words of the block already drawn, 0...4.
  var used: Int { get set }

  /// The four random words of the current counter.
  func block() -> Words4<Word>

  var lineage: Lineage { get set }

  /// Drops the kept half of a word.
  mutating func dropKept()
}

extension CounterBasedGenerator {
  /// The next word, from a new block if the current one is used up.
  @inlinable
  mutating func nextWord() -> Word {
    if used == 4 {
      counter.increment()
      buffer = block()
      used = 0
    }
    used &+= 1
    return buffer.popFirst()
  }

  /// Skips blocks of four words and drops the rest of the current one.
  mutating func skip(_ blocks: Words4<Word>) {
    counter.add(blocks)
    used = 4
    dropKept()
    lineage.recordJump(to: counter.list.map { UInt64($0) })
  }

  /// The number of words drawn since an earlier copy; nil if it cannot be determined.
  func wordsDrawn(since start: Self) -> UInt64? {
    guard lineage == start.lineage else { return nil }
    var blocks: UInt64 = 0
    var borrow: Word = 0
    for i in 0..<4 {
      let (rest, under) = counter[i].subtractingReportingOverflow(start.counter[i])
      let (word, again) = rest.subtractingReportingOverflow(borrow)
      borrow = under || again ? 1 : 0
      let position = i * Word.bitWidth
      if position < 64 {
        blocks |= UInt64(word) << UInt64(position)
      } else if word != 0 {
        return nil
      }
    }
    return blocks < 1 << 60 ? blocks * 4 &+ UInt64(used) &- UInt64(start.used) : nil
  }
}
