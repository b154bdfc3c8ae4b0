// Part of Apus, Apache-2.0. See LICENSE.

/// What generators of Random123 have in common: a key, a counter of four words, and a bijection that
/// turns each counter into four random words.
///
/// The counter moves on before a block is made, as in NumPy's Philox: a fresh generator's first block
/// is that of its counter plus one.
@usableFromInline
protocol CounterBasedGenerator: BitGenerator {
  associatedtype Word: FixedWidthInteger & UnsignedInteger & SIMDScalar & Sendable

  var counter: SIMD4<Word> { get set }
  var buffer: SIMD4<Word> { get set }
  /// Words of the buffer already drawn, 0...4.
  var used: Int { get set }

  /// The four words of the present counter.
  func block() -> SIMD4<Word>

  /// Forgets what is left of a word.
  mutating func dropKept()
}

extension CounterBasedGenerator {
  @usableFromInline
  mutating func refill() {
    counter = Self.sum(counter, SIMD4(1, 0, 0, 0))
    buffer = block()
    used = 0
  }

  /// The next word of the block.
  @inlinable
  mutating func nextWord() -> Word {
    if used == 4 { refill() }
    defer { used += 1 }
    return buffer[used]
  }

  /// Skips blocks of four words and drops what is left of the present one.
  mutating func skip(_ blocks: SIMD4<Word>) {
    counter = Self.sum(counter, blocks)
    used = 4
    dropKept()
  }

  /// Words drawn since an earlier copy with the same key.
  func counted(since start: Self) -> UInt64? {
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

  /// The sum of two counters, low word first, modulo their size.
  @usableFromInline
  static func sum(_ a: SIMD4<Word>, _ b: SIMD4<Word>) -> SIMD4<Word> {
    var total = a
    var carry = false
    for i in 0..<4 {
      let (sum, overflow) = a[i].addingReportingOverflow(b[i])
      let (full, again) = sum.addingReportingOverflow(carry ? 1 : 0)
      total[i] = full
      carry = overflow || again
    }
    return total
  }
}
