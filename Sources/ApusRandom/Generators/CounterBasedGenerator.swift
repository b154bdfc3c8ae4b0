// Part of Apus, Apache-2.0. See LICENSE.

/// What generators of Random123 have in common: a key, a counter of four words, and a bijection that
/// turns each counter into four random words.
///
/// The counter moves on before a block is made, as in NumPy's Philox: a fresh generator's first block
/// is that of its counter plus one.
@usableFromInline
protocol CounterBasedGenerator: BitGenerator {
  associatedtype Word: FixedWidthInteger & UnsignedInteger & SIMDScalar & Hashable & Sendable

  var counter: Words4<Word> { get set }
  /// The words of the block that are not drawn yet, first ones first.
  var buffer: Words4<Word> { get set }
  /// Words of the block already drawn, 0...4.
  var used: Int { get set }

  /// The four words of the present counter.
  func block() -> Words4<Word>

  var lineage: Lineage { get set }

  /// Forgets what is left of a word.
  mutating func dropKept()
}

extension CounterBasedGenerator {
  /// The next word of the block.
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

  /// Skips blocks of four words and drops what is left of the present one.
  mutating func skip(_ blocks: Words4<Word>) {
    counter.add(blocks)
    used = 4
    dropKept()
    lineage.noteMove(to: counter.list.map { UInt64($0) })
  }

  /// Words drawn since an earlier copy.
  func counted(since start: Self) -> UInt64? {
    guard lineage == start.lineage else { return nil }
    var blocks: UInt64 = 0
    var borrow: Word = 0
    for i in 0..<4 {
      let (rest, under) = counter[i].subtractingReportingOverflow(start.counter[i])
      let (word, again) = rest.subtractingReportingOverflow(borrow)
      borrow = under || again ? 1 : 0
      let place = i * Word.bitWidth
      if place < 64 { blocks |= UInt64(word) << UInt64(place) } else if word != 0 { return nil }
    }
    return blocks < 1 << 60 ? blocks * 4 &+ UInt64(used) &- UInt64(start.used) : nil
  }
}
