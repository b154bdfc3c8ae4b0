// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom

/// The random words of one task, regenerated for ``StreamSearch``.
protocol SearchedWords {
  /// Returns the next 64 bits, which identify the current position, and moves past them.
  mutating func window() -> UInt64

  /// Skips `count` words.
  mutating func skip(_ count: UInt64)

  /// Passes the windows at the first `count` words, each with its position, to `find` and returns its
  /// first result that is not nil.
  mutating func search(_ count: UInt64, _ find: (UInt64, UInt64) -> Int?) -> Int?
}

/// The words of MT19937, with windows of two 32-bit words.
struct WordsOfTwister: SearchedWords {
  private var generator: MT19937

  init(_ generator: MT19937) { self.generator = generator }

  mutating func window() -> UInt64 {
    let first = generator.nextUInt32()
    return UInt64(first) << 32 | UInt64(generator.nextUInt32())
  }

  mutating func skip(_ count: UInt64) { for _ in 0..<count { _ = generator.nextUInt32() } }

  mutating func search(_ count: UInt64, _ find: (UInt64, UInt64) -> Int?) -> Int? {
    var words = [UInt32](repeating: 0, count: 4096)
    var last = UInt64(generator.nextUInt32())
    var left = count
    while left > 0 {
      let size = Int(min(left, UInt64(words.count)))
      if size < words.count { words.removeLast(words.count - size) }
      var span = words.mutableSpan
      generator.fillWords32(&span)
      for (i, word) in words.enumerated() {
        last = last &<< 32 | UInt64(word)
        if let found = find(last, count - left + UInt64(i)) { return found }
      }
      left -= UInt64(size)
    }
    return nil
  }
}

/// The words of xoshiro256**, with windows of one word.
struct WordsOfXoshiro: SearchedWords {
  private var generator: Xoshiro256StarStar

  init(_ generator: Xoshiro256StarStar) { self.generator = generator }

  mutating func window() -> UInt64 { generator.next() }

  mutating func skip(_ count: UInt64) { for _ in 0..<count { _ = generator.next() } }

  mutating func search(_ count: UInt64, _ find: (UInt64, UInt64) -> Int?) -> Int? {
    for position in 0..<count {
      if let found = find(generator.next(), position) { return found }
    }
    return nil
  }
}

/// The uniforms of MRG32k3a as 32-bit words, with windows of two.
struct WordsOfMRG: SearchedWords {
  private var generator: MRG32k3a

  init(_ generator: MRG32k3a) { self.generator = generator }

  /// Returns the next word: a uniform is an integer times 1 / (m1 + 1).
  private mutating func word() -> UInt64 {
    UInt64((generator.nextDouble() * 4_294_967_088).rounded())
  }

  mutating func window() -> UInt64 {
    let first = word()
    return first << 32 | word()
  }

  mutating func skip(_ count: UInt64) { generator.advance(by: UInt128(count)) }

  mutating func search(_ count: UInt64, _ find: (UInt64, UInt64) -> Int?) -> Int? {
    var last = word()
    for position in 0..<count {
      last = last &<< 32 | word()
      if let found = find(last, position) { return found }
    }
    return nil
  }
}
