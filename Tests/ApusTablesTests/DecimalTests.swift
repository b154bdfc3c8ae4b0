// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import Testing

@testable import ApusTables

/// Decimals become the nearest doubles.
@Suite struct DecimalTests {
  private func read(_ text: String) -> Double? {
    FieldNumber(Array(text.utf8), decimal: UInt8(ascii: ".")).value
  }

  @Test func decimalsBecomeTheNearestDouble() {
    var generator = Philox4x64(SeedSequence(1))
    var failures: [String] = []
    for _ in 0..<200_000 {
      let value = Double(bitPattern: generator.next())
      guard value.isFinite else { continue }
      let text = "\(value)"
      if read(text)?.bitPattern != value.bitPattern { failures.append(text) }
    }
    #expect(failures.prefix(5) == [])
  }

  @Test func anyDigitsAndExponentsAreRoundedAsByTheStandardLibrary() {
    var generator = Philox4x64(SeedSequence(1))
    var failures: [String] = []
    for _ in 0..<200_000 {
      let digits = Int.random(in: 1...25, using: &generator)
      var text = Bool.random(using: &generator) ? "-" : ""
      let point = Int.random(in: 0...30, using: &generator)
      for position in 0..<digits {
        if position == point { text += "." }
        text += "\(Int.random(in: 0...9, using: &generator))"
      }
      if Bool.random(using: &generator) {
        text += "e\(Int.random(in: -350...320, using: &generator))"
      }
      let expected = Double(text).flatMap { $0.isFinite ? $0 : nil }
      if read(text)?.bitPattern != expected?.bitPattern { failures.append(text) }
    }
    #expect(failures.prefix(5) == [])
  }

  @Test(arguments: [
    "9007199254740993", "9007199254740992.5", "2.2250738585072011e-308", "4.9e-324", "2.4e-324",
    "2.5e-324", "1.7976931348623157e308", "1.7976931348623158e308",
    "123456789012345678901234567890",
    "0.000000000000000000000000000000000000000000000001", "8.442911973260991817e-309",
    "9355950000000000000.00000000000000000000000000000000001844674407370955161600000184467440737095516161844674407370955161407370955161618446744073709551616000184467440737095516166000001844674407370955161618446744073709551614073709551616184467440737095516160001844674407370955161618446744073709551611616000184467440737095001844674407370955161600184467440737095516160018446744073709551168164467440737095516160001844073709551616018446744073709551616184467440737095516160001844674407536910751601611616000184467440737095001844674407370955161600184467440737095516161844674407370955161600018446744073709551616",
    "-0", "0e99999999999", "1e-400", "0.1e1", "00012", "5.", ".5",
  ])
  func awkwardDecimalsAreRoundedAsByTheStandardLibrary(_ text: String) throws {
    let expected = try #require(Double(text.hasSuffix(".") ? text + "0" : text))
    #expect(read(text)?.bitPattern == expected.bitPattern)
  }

  @Test(arguments: [
    "", " ", "e5", ".", "-", "+", ".e5", "1e", "1e+", "0x10", "0x1p3", "1d5", "1L", "1_000", "1,5",
    "1 000", "1%", "--1", "+-1", "1-", "1.0.0", "1f", "1e5.5", "١", "1\u{a0}", "NAN", "infx", "in",
    "1e400", "-1.8e308", "nan(0)", "1e5 x",
  ])
  func whatRAndPandasDoNotBothReadIsNoNumber(_ text: String) {
    #expect(read(text) == nil)
  }

  @Test(arguments: ["inf", "Inf", "INFINITY", "+inf", " Infinity "])
  func theWordsForInfinityAreNumbers(_ text: String) {
    #expect(read(text) == .infinity)
    #expect(read("-" + text.filter { $0 != "+" && $0 != " " }) == -.infinity)
  }

  @Test func powersOfFiveAreExactWhereTheyFit() {
    for exponent in 0...55 {
      let index = 2 * (exponent - PowersOfFive.first)
      let found = UInt128(PowersOfFive.words[index]) << 64 | UInt128(PowersOfFive.words[index + 1])
      let power = (0..<exponent).reduce(UInt128(1)) { value, _ in value * 5 }
      #expect(found == power << UInt128(power.leadingZeroBitCount))
    }
  }
}
