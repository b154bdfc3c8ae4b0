// Part of Apus, Apache-2.0. See LICENSE.

/// A point in time as messages carry it: microseconds since 1970 in UTC, written
/// `2026-11-26T22:24:01.123456Z`.
///
/// Foundation's formats stop at milliseconds and would truncate the times of records.
package struct WireDate: Sendable, Hashable, Comparable {
  package let microseconds: Int

  package init(microseconds: Int) { self.microseconds = microseconds }

  package static func < (a: WireDate, b: WireDate) -> Bool { a.microseconds < b.microseconds }

  /// Parses `YYYY-MM-DDTHH:MM:SS`, with or without a fraction and a zone; without a zone the time is UTC.
  package init?(_ text: String) {
    var reader = Reader(bytes: Array(text.utf8))
    guard let year = reader.digits(4), reader.take("-"), let month = reader.digits(2),
      reader.take("-"), let day = reader.digits(2), reader.take("T") || reader.take(" "),
      let hour = reader.digits(2), reader.take(":"), let minute = reader.digits(2),
      reader.take(":"), let second = reader.digits(2), (1...12).contains(month),
      (1...31).contains(day), hour < 24, minute < 60, second < 61,
      let fraction = reader.fraction(), let zone = reader.zone(), reader.isAtEnd
    else { return nil }
    let days = Self.days(year, month, day)
    let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - zone * 60
    microseconds = seconds * 1_000_000 + fraction
  }

  /// The number of days from 1970-01-01 to a Gregorian date, computed with years that start in March so that
  /// the leap day comes last.
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let y = month <= 2 ? year - 1 : year
    let era = y.quotientFloored(by: 400)
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private struct Reader {
    let bytes: [UInt8]
    var index = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { index == bytes.count }

    mutating func take(_ byte: Unicode.Scalar) -> Bool {
      guard index < bytes.count, bytes[index] == UInt8(ascii: byte) else { return false }
      index += 1
      return true
    }

    mutating func digits(_ count: Int) -> Int? {
      guard index + count <= bytes.count else { return nil }
      var value = 0
      for byte in bytes[index..<index + count] {
        guard (0x30...0x39).contains(byte) else { return nil }
        value = value * 10 + Int(byte - 0x30)
      }
      index += count
      return value
    }

    /// Microseconds of an optional fraction.
    mutating func fraction() -> Int? {
      guard take(".") else { return 0 }
      var (value, scale, count) = (0, 100_000, 0)
      while index < bytes.count, (0x30...0x39).contains(bytes[index]) {
        value += Int(bytes[index] - 0x30) * scale
        scale /= 10
        (index, count) = (index + 1, count + 1)
      }
      return count > 0 ? value : nil
    }

    /// The offset of an optional zone, in minutes east of UTC.
    mutating func zone() -> Int? {
      if isAtEnd || take("Z") { return 0 }
      let sign = take("+") ? 1 : take("-") ? -1 : 0
      guard sign != 0, let hours = digits(2) else { return nil }
      _ = take(":")
      guard let minutes = isAtEnd ? 0 : digits(2) else { return nil }
      return sign * (hours * 60 + minutes)
    }
  }
}

extension WireDate: CustomStringConvertible {
  package var description: String { String(decoding: utf8, as: UTF8.self) }

  /// The 27 characters of the date.
  package var utf8: [UInt8] {
    let day = microseconds.quotientFloored(by: 86_400_000_000)
    let (year, month, dayOfMonth) = Self.civil(day)
    let rest = microseconds - day * 86_400_000_000
    var text = Array("0000-00-00T00:00:00.000000Z".utf8)
    func put(_ value: Int, at start: Int, _ count: Int) {
      var value = value
      for index in stride(from: start + count - 1, through: start, by: -1) {
        text[index] = 0x30 + UInt8(value % 10)
        value /= 10
      }
    }
    put(max(year, 0), at: 0, 4)
    put(month, at: 5, 2)
    put(dayOfMonth, at: 8, 2)
    put(rest / 3_600_000_000, at: 11, 2)
    put(rest / 60_000_000 % 60, at: 14, 2)
    put(rest / 1_000_000 % 60, at: 17, 2)
    put(rest % 1_000_000, at: 20, 6)
    return text
  }

  private static func civil(_ days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = shifted.quotientFloored(by: 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }
}

extension Int {
  fileprivate func quotientFloored(by divisor: Int) -> Int {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}
