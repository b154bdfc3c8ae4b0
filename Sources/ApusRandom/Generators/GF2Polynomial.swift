// Part of Apus, Apache-2.0. See LICENSE.

/// Polynomials over GF(2) modulo the characteristic polynomial of MT19937 (degree 19937).
///
/// Goals: correctness, then at most a millisecond for the powers that jumps need. Squaring spreads the bits;
/// reduction replaces the terms of too high a degree, from the top down, in pieces no longer than the gap
/// below the leading term, so that each piece is reduced only once. With 135 terms this is faster than
/// multiplying by a precomputed inverse.
struct GF2Polynomial: Sendable, Hashable {
  /// Coefficients, 64 to a word, lowest first; degree below 19937.
  private(set) var words: [UInt64]

  private static let degree = 19937
  private static let wordCount = (degree + 63) / 64

  private init(words: [UInt64]) { self.words = words }

  /// x to the power `n`, then squared `squarings` times.
  static func power(ofX n: UInt128, thenSquared squarings: Int = 0) -> GF2Polynomial {
    var result = GF2Polynomial(words: [1] + [UInt64](repeating: 0, count: wordCount - 1))
    for bit in (0..<(128 - n.leadingZeroBitCount)).reversed() {
      result.square()
      if n >> bit & 1 == 1 { result.multiplyByX() }
    }
    for _ in 0..<squarings { result.square() }
    return result
  }

  /// Exponents of the terms, ascending.
  var exponents: [UInt32] {
    (0..<UInt32(Self.degree)).filter { words[Int($0 / 64)] >> UInt64($0 % 64) & 1 == 1 }
  }

  private mutating func square() {
    var wide = [UInt64](repeating: 0, count: 2 * Self.wordCount + 1)
    for (i, word) in words.enumerated() {
      wide[2 * i] = Self.spread(UInt32(truncatingIfNeeded: word))
      wide[2 * i + 1] = Self.spread(UInt32(truncatingIfNeeded: word >> 32))
    }
    words = Self.reduced(wide)
  }

  private mutating func multiplyByX() {
    var wide = [UInt64](repeating: 0, count: Self.wordCount + 2)
    var carry: UInt64 = 0
    for (i, word) in words.enumerated() {
      wide[i] = word << 1 | carry
      carry = word >> 63
    }
    wide[Self.wordCount] = carry
    words = Self.reduced(wide)
  }

  /// Puts a zero between neighbouring bits.
  private static func spread(_ half: UInt32) -> UInt64 {
    var x = UInt64(half)
    x = (x | x << 16) & 0x0000_ffff_0000_ffff
    x = (x | x << 8) & 0x00ff_00ff_00ff_00ff
    x = (x | x << 4) & 0x0f0f_0f0f_0f0f_0f0f
    x = (x | x << 2) & 0x3333_3333_3333_3333
    return (x | x << 1) & 0x5555_5555_5555_5555
  }

  /// Reduces one word of terms at a time, highest first: 64 is less than the gap of 623 between the two
  /// highest terms, so reducing a word never changes that word again.
  private static func reduced(_ wide: [UInt64]) -> [UInt64] {
    var wide = wide
    for i in stride(from: wide.count - 1, through: degree / 64, by: -1) {
      let low = max(i * 64, degree)
      let piece = wide[i] >> UInt64(low - i * 64)
      if piece == 0 { continue }
      for term in terms { add(piece, at: low - degree + term, to: &wide) }
    }
    return Array(wide[..<wordCount])
  }

  private static func add(_ piece: UInt64, at bit: Int, to wide: inout [UInt64]) {
    let shift = UInt64(bit % 64)
    wide[bit / 64] ^= piece << shift
    if shift > 0 { wide[bit / 64 + 1] ^= piece >> (64 - shift) }
  }

  /// Exponents of the characteristic polynomial (primitive, 135 terms), highest last.
  private static let terms: [Int] = [
    0, 1189, 1416, 1585, 1643, 1870, 2493, 2773, 3000, 3227, 3454, 3681, 3908, 4135, 4362, 4753,
    5661, 6337, 6569, 7129, 7477, 7525, 7583, 7752, 7979, 8206, 9505, 9901, 9969, 10128, 10693,
    10761, 10920, 11089, 11147, 11157, 11215, 11321, 11374, 11384, 11485, 11611, 11712, 11717,
    11838, 11881, 11944, 11997, 12277, 12335, 12393, 12504, 12509, 12620, 12673, 12731, 12736,
    12789, 12905, 12958, 12963, 13137, 13185, 13190, 13243, 13301, 13412, 13528, 13533, 13639,
    13697, 13760, 13813, 13866, 14093, 14151, 14209, 14320, 14325, 14436, 14547, 14552, 14605,
    14721, 14774, 14779, 14953, 15001, 15006, 15059, 15117, 15228, 15344, 15349, 15455, 15513,
    15576, 15629, 15682, 15909, 15967, 16025, 16136, 16141, 16252, 16363, 16368, 16421, 16537,
    16590, 16595, 16817, 16822, 16875, 16933, 17044, 17160, 17271, 17329, 17445, 17498, 17725,
    17783, 17841, 17952, 18068, 18179, 18237, 18406, 18633, 18691, 18860, 19087, 19314, 19937,
  ]
}
