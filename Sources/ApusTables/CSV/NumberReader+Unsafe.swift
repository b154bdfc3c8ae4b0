// Part of Apus, Apache-2.0. See LICENSE.

// Safety: The bytes from the start on must contain a byte that is no part of a number, such as a line break; nothing is read
// beyond the first such byte and the seven after it, so eight readable bytes must follow the text.

/// A number that was read, and how it was written.
struct ReadNumber {
  var value: Double
  /// The position after it.
  var end: UnsafePointer<UInt8>
  /// Whether it was written without decimals and exponent.
  var isWhole: Bool
  /// The value, if it is a whole one in the range of `Int`.
  var integer: Int?
}

/// Reads decimal numbers: digits with at most one decimal mark, and an exponent.
///
/// These are the numbers that both R's `read.csv` and pandas read as such; hexadecimal ones are not among them. The value is
/// the double nearest to the decimal.
struct NumberReader {
  let decimal: UInt8
  private let powers = PowersOfFive.words

  init(decimal: UInt8) { self.decimal = decimal }

  /// The most digits that surely fit a word.
  private static let longest = 19

  /// Reads the number that begins at a position.
  ///
  /// - Returns: nil if none does, or if it is too large for a double.
  @inline(__always)
  func read(_ start: UnsafePointer<UInt8>) -> ReadNumber? {
    var next = start
    let isNegative = next.pointee == UInt8(ascii: "-")
    if isNegative || next.pointee == UInt8(ascii: "+") { next += 1 }
    let first = next
    var digits: UInt64 = 0
    Self.readDigits(&next, &digits)
    var count = next - first
    var exponent = 0
    var isWhole = true
    if next.pointee == decimal {
      isWhole = false
      next += 1
      let fraction = next
      Self.readDigits(&next, &digits)
      exponent = fraction - next
      count -= exponent
    }
    if count == 0 { return nil }
    if next.pointee | 0x20 == UInt8(ascii: "e") {
      isWhole = false
      guard let power = Self.readExponent(&next) else { return nil }
      exponent += power
    }
    guard count <= Self.longest || Self.isShort(first, next, decimal) else {
      return readLong(start, next, isWhole: isWhole)
    }
    let size = DecimalConversion.nearest(digits, exponent: exponent, powers: powers)
    if size.isInfinite { return nil }
    let largest = UInt64(Int.max) + (isNegative ? 1 : 0)
    let integer =
      isWhole && digits <= largest
      ? Int(truncatingIfNeeded: isNegative ? 0 &- digits : digits) : nil
    return ReadNumber(
      value: isNegative ? -size : size, end: next, isWhole: isWhole, integer: integer)
  }

  @inline(__always)
  private static func readDigits(_ next: inout UnsafePointer<UInt8>, _ digits: inout UInt64) {
    while true {
      let word = UnsafeRawPointer(next).loadUnaligned(as: UInt64.self).littleEndian
      guard areDigits(word) else { break }
      digits = digits &* 100_000_000 &+ value(ofDigits: word)
      next += 8
    }
    while true {
      let digit = next.pointee &- UInt8(ascii: "0")
      if digit > 9 { return }
      digits = digits &* 10 &+ UInt64(digit)
      next += 1
    }
  }

  /// Whether eight bytes are all digits.
  @inline(__always)
  private static func areDigits(_ word: UInt64) -> Bool {
    (word & 0xf0f0_f0f0_f0f0_f0f0)
      | (((word &+ 0x0606_0606_0606_0606) & 0xf0f0_f0f0_f0f0_f0f0) >> 4)
      == 0x3333_3333_3333_3333
  }

  /// The number of eight digits, added up in pairs of bytes, words and double words.
  @inline(__always)
  private static func value(ofDigits word: UInt64) -> UInt64 {
    let mask: UInt64 = 0x0000_00ff_0000_00ff
    let digits = word &- 0x3030_3030_3030_3030
    let pairs = (digits &* 10) &+ (digits >> 8)
    let first = (pairs & mask) &* (100 + (1_000_000 << 32))
    let second = ((pairs >> 16) & mask) &* (1 + (10_000 << 32))
    return (first &+ second) >> 32
  }

  /// Reads "e" and the digits after it; an exponent beyond all doubles is cut.
  @inline(__always)
  private static func readExponent(_ next: inout UnsafePointer<UInt8>) -> Int? {
    next += 1
    let isNegative = next.pointee == UInt8(ascii: "-")
    if isNegative || next.pointee == UInt8(ascii: "+") { next += 1 }
    let first = next
    var power = 0
    while case let digit = next.pointee &- UInt8(ascii: "0"), digit <= 9 {
      if power < 100_000 { power = power * 10 + Int(digit) }
      next += 1
    }
    if next == first { return nil }
    return isNegative ? -power : power
  }

  /// Whether a number without its leading zeros has at most 19 digits.
  private static func isShort(
    _ first: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ decimal: UInt8
  ) -> Bool {
    var position = first
    while position < end, position.pointee == UInt8(ascii: "0") || position.pointee == decimal {
      position += 1
    }
    var count = 0
    while position < end, position.pointee | 0x20 != UInt8(ascii: "e") {
      if position.pointee != decimal { count += 1 }
      position += 1
    }
    return count <= longest
  }

  /// Reads a number of more digits than a word holds, by the standard library.
  private func readLong(
    _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, isWhole: Bool
  ) -> ReadNumber? {
    let bytes = UnsafeBufferPointer(start: start, count: end - start)
    let text = String(
      decoding: bytes.lazy.map { $0 == decimal ? UInt8(ascii: ".") : $0 }, as: UTF8.self)
    guard let value = Double(text), value.isFinite else { return nil }
    return ReadNumber(value: value, end: end, isWhole: isWhole, integer: isWhole ? Int(text) : nil)
  }
}

extension NumberReader {
  /// Reads a text that must be a number as a whole.
  func read(whole text: ArraySlice<UInt8>) -> (value: Double, isWhole: Bool, integer: Int?)? {
    var bytes = Array(text)
    let count = bytes.count
    bytes += repeatElement(0, count: 8)
    return bytes.withUnsafeBufferPointer { buffer in
      guard let start = buffer.baseAddress, let number = read(start), number.end == start + count
      else { return nil }
      return (number.value, number.isWhole, number.integer)
    }
  }
}
