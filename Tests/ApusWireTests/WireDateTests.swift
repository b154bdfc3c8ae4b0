// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire
import Foundation
import Testing

/// Tests of dates in messages, to the microsecond.
@Suite struct WireDateTests {
  @Test func datesAreWrittenAsTheyWereRead() {
    for text in [
      "1970-01-01T00:00:00.000000Z", "2026-11-26T22:24:01.123456Z", "2024-02-29T23:59:59.999999Z",
      "2000-03-01T00:00:00.000001Z", "1969-12-31T23:59:59.500000Z", "9999-12-31T00:00:00.000000Z",
    ] {
      #expect(WireDate(text)?.description == text)
    }
  }

  @Test func zonesAndShortFormsAreUnderstood() {
    let date = WireDate("2026-11-26T22:24:01Z")
    for text in [
      "2026-11-26T22:24:01", "2026-11-26 22:24:01.0", "2026-11-26T23:24:01+01:00",
      "2026-11-26T16:54:01-0530", "2026-11-26T22:24:01.000000+00:00", "2026-11-26T23:24:01+01",
    ] {
      #expect(WireDate(text) == date, "\(text)")
    }
  }

  @Test func whatIsNoDateIsNone() {
    for text in [
      "", "2026", "2026-11-26", "2026-13-01T00:00:00Z", "2026-11-26T24:00:00Z",
      "x026-11-26T22:24:01Z",
      "2026-11-26T22:24:01.Z", "2026-11-26T22:24:01ZZ", "2026-11-26T22:24", "2026-00-01T00:00:00Z",
    ] {
      #expect(WireDate(text) == nil, "\(text)")
    }
  }

  @Test func daysAgreeWithFoundationOverFourCenturies() {
    let format = ISO8601DateFormatter()
    for day in stride(from: -80_000, through: 80_000, by: 97) {
      let date = Date(timeIntervalSince1970: Double(day) * 86_400 + 3723)
      let expected = format.string(from: date)
      let ours = WireDate(microseconds: (day * 86_400 + 3723) * 1_000_000)
      #expect(ours.description.prefix(19) == expected.prefix(19))
      #expect(WireDate(expected) == ours)
    }
  }
}
