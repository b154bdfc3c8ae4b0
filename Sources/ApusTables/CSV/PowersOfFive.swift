// Part of Apus, Apache-2.0. See LICENSE.

/// The leading 128 bits of the powers of five from 5^-342 to 5^308, by which decimals become binary.
///
/// Those of negative powers from -27 on are rounded up, the others down, as D. Lemire's method needs ("Number parsing at
/// a gigabyte per second", Software: Practice and Experience 51, 2021).
enum PowersOfFive {
  static let first = -342
  static let last = 308

  /// The high and the low word of each power in turn; the highest bit of the high word is set.
  static let words: [UInt64] = makeWords()

  private static func makeWords() -> [UInt64] {
    var powers: [[UInt64]] = [[1]]
    for _ in 0..<(-first) { powers.append(fiveTimes(powers[powers.count - 1])) }
    var words: [UInt64] = []
    words.reserveCapacity(2 * (last - first + 1))
    for exponent in first...last {
      var leading =
        exponent < 0 ? reciprocal(of: powers[-exponent]) : leadingBits(of: powers[exponent])
      if -27..<0 ~= exponent { leading += 1 }
      words += [UInt64(leading >> 64), UInt64(truncatingIfNeeded: leading)]
    }
    return words
  }

  /// Numbers of any size, the lowest word first.
  private static func fiveTimes(_ number: [UInt64]) -> [UInt64] {
    var product: [UInt64] = []
    var carry: UInt64 = 0
    for word in number {
      let (high, low) = word.multipliedFullWidth(by: 5)
      let (sum, overflow) = low.addingReportingOverflow(carry)
      product.append(sum)
      carry = high + (overflow ? 1 : 0)
    }
    return carry == 0 ? product : product + [carry]
  }

  private static func leadingBits(of number: [UInt64]) -> UInt128 {
    let last = number.count - 1
    let shift = number[last].leadingZeroBitCount
    let words = (0..<3).map { last - $0 >= 0 ? number[last - $0] : 0 }
    let upper = UInt128(words[0]) << 64 | UInt128(words[1])
    return shift == 0 ? upper : upper << shift | UInt128(words[2] >> (64 - shift))
  }

  /// The leading bits of 1 / `divisor`, by long division.
  private static func reciprocal(of divisor: [UInt64]) -> UInt128 {
    let width = divisor.count * 64 - divisor[divisor.count - 1].leadingZeroBitCount
    var remainder = [UInt64](repeating: 0, count: divisor.count + 1)
    remainder[(width - 1) / 64] = 1 << ((width - 1) % 64)
    var quotient: UInt128 = 0
    for _ in 0..<128 {
      double(&remainder)
      quotient <<= 1
      if subtract(divisor, from: &remainder) { quotient |= 1 }
    }
    return quotient
  }

  private static func double(_ number: inout [UInt64]) {
    var carry: UInt64 = 0
    for index in number.indices {
      let next = number[index] >> 63
      number[index] = number[index] << 1 | carry
      carry = next
    }
  }

  /// Subtracts a number from one that has a word more, unless it is larger.
  private static func subtract(_ other: [UInt64], from number: inout [UInt64]) -> Bool {
    var difference = number
    var borrow: UInt64 = 0
    for index in number.indices {
      let term = index < other.count ? other[index] : 0
      let (first, below) = number[index].subtractingReportingOverflow(term)
      let (second, belowAgain) = first.subtractingReportingOverflow(borrow)
      difference[index] = second
      borrow = below || belowAgain ? 1 : 0
    }
    if borrow == 0 { number = difference }
    return borrow == 0
  }
}
