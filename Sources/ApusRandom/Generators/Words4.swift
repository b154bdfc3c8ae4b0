// Part of Apus, Apache-2.0. See LICENSE.

/// Four words of state, each in its own register.
///
/// This is not a `SIMD4`, because taking single words out of vectors and putting them back costs several
/// times as much as the generators themselves.
@usableFromInline
struct Words4<Word: FixedWidthInteger & SIMDScalar & Hashable & Sendable>: Sendable, Hashable {
  @usableFromInline var w0: Word
  @usableFromInline var w1: Word
  @usableFromInline var w2: Word
  @usableFromInline var w3: Word

  @inlinable
  init(_ w0: Word, _ w1: Word, _ w2: Word, _ w3: Word) {
    (self.w0, self.w1, self.w2, self.w3) = (w0, w1, w2, w3)
  }

  @inlinable
  init(_ words: SIMD4<Word>) { self.init(words[0], words[1], words[2], words[3]) }

  @usableFromInline static var zero: Words4 { Words4(0, 0, 0, 0) }

  var simd: SIMD4<Word> { SIMD4(w0, w1, w2, w3) }

  var list: [Word] { [w0, w1, w2, w3] }

  subscript(_ index: Int) -> Word {
    switch index {
    case 0: w0
    case 1: w1
    case 2: w2
    default: w3
    }
  }

  /// Returns the first word and moves the others up.
  @inlinable
  mutating func popFirst() -> Word {
    let first = w0
    (w0, w1, w2) = (w1, w2, w3)
    return first
  }

  /// Adds one, with carry from word to word.
  @inlinable
  mutating func increment() {
    w0 &+= 1
    if w0 != 0 { return }
    w1 &+= 1
    if w1 != 0 { return }
    w2 &+= 1
    if w2 == 0 { w3 &+= 1 }
  }

  /// Adds another four-word number.
  mutating func add(_ other: Words4) {
    var words = list
    var carry = false
    for (i, addend) in other.list.enumerated() {
      let (sum, overflow) = words[i].addingReportingOverflow(addend)
      let (full, again) = sum.addingReportingOverflow(carry ? 1 : 0)
      words[i] = full
      carry = overflow || again
    }
    self = Words4(words[0], words[1], words[2], words[3])
  }
}
