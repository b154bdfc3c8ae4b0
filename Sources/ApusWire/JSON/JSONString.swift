// Part of Apus, Apache-2.0. See LICENSE.

/// A string of a JSON text as its author wrote it: the bytes between the quotes, with their escapes.
///
/// It need not be UTF-8: Python writes raw bytes for what it could not decode, for example a file name in Latin-1. Kept
/// like this, a string can be passed on without loss; ``description`` is for people.
package struct JSONString: Sendable, Hashable {
  /// The bytes between the quotes.
  package private(set) var escaped: [UInt8]

  package init() { escaped = [] }

  /// Wraps the bytes between the quotes of a string that is known to be valid JSON.
  package init(trusted escaped: [UInt8]) { self.escaped = escaped }

  package init(_ text: String) { self.init(bytes: Array(text.utf8)) }

  /// Escapes any bytes.
  package init(bytes: [UInt8]) {
    escaped = []
    escaped.reserveCapacity(bytes.count)
    for byte in bytes { append(byte) }
  }

  private mutating func append(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): escaped += [UInt8(ascii: "\\"), byte]
    case 0..<0x20:
      escaped += "\\u00".utf8
      escaped += [JSONText.digits[Int(byte >> 4)], JSONText.digits[Int(byte & 15)]]
    default: escaped.append(byte)
    }
  }

  /// The string with its quotes.
  package var text: JSONText { JSONText(trusted: [0x22] + escaped + [0x22]) }

  /// Appends as much of another string as keeps within a number of bytes; characters and escapes stay whole.
  package mutating func append(_ other: JSONString, limit: Int) {
    let room = limit - escaped.count
    if other.escaped.count <= room {
      escaped += other.escaped
    } else if room > 0 {
      var part = Array(other.escaped[..<room])
      Self.cutToWholeCharacters(&part)
      escaped += part
    }
  }

  /// Drops a character or escape at the end that is not complete.
  static func cutToWholeCharacters(_ bytes: inout [UInt8]) {
    var (index, end) = (0, 0)
    while index < bytes.count {
      end = index
      if bytes[index] == UInt8(ascii: "\\") {
        index += index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "u") ? 6 : 2
      } else {
        index += 1
        while index < bytes.count, bytes[index] & 0xC0 == 0x80, index < end + 4 { index += 1 }
        // The rest of the last character may have been cut off.
        let length = bytes[end] < 0xC0 ? 1 : bytes[end] < 0xE0 ? 2 : bytes[end] < 0xF0 ? 3 : 4
        if index == bytes.count, index - end < length { index += 1 }
      }
    }
    if index > bytes.count { bytes.removeSubrange(end...) }
  }

  // MARK: Reading

  /// The bytes that the string stands for; lone surrogates are encoded like other characters.
  package var bytes: [UInt8] { Self.decode(escaped.span, 0..<escaped.count) }

  /// Decodes the escapes of a valid string whose quotes are outside the range.
  package static func decode(_ bytes: Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(range.count)
    var index = range.lowerBound
    while index < range.upperBound {
      guard bytes[index] == UInt8(ascii: "\\"), index + 1 < range.upperBound else {
        result.append(bytes[index])
        index += 1
        continue
      }
      switch bytes[index + 1] {
      case UInt8(ascii: "b"): result.append(8)
      case UInt8(ascii: "f"): result.append(12)
      case UInt8(ascii: "n"): result.append(10)
      case UInt8(ascii: "r"): result.append(13)
      case UInt8(ascii: "t"): result.append(9)
      case UInt8(ascii: "u"):
        index = append(bytes, index, range.upperBound, to: &result)
        continue
      case let other: result.append(other)
      }
      index += 2
    }
    return result
  }

  /// Appends the character of the escape `\u…` at an index, or of a pair of them, and returns the index after it.
  private static func append(
    _ bytes: Span<UInt8>, _ index: Int, _ end: Int, to result: inout [UInt8]
  ) -> Int {
    guard index + 6 <= end, let first = unit(bytes, index + 2) else { return end }
    if first & 0xFC00 == 0xD800, index + 12 <= end, bytes[index + 6] == UInt8(ascii: "\\"),
      bytes[index + 7] == UInt8(ascii: "u"), let second = unit(bytes, index + 8),
      second & 0xFC00 == 0xDC00
    {
      append(0x10000 + (first & 0x3FF) << 10 + second & 0x3FF, to: &result)
      return index + 12
    }
    append(first, to: &result)
    return index + 6
  }

  /// The four hexadecimal digits at an index; nil if there are none.
  static func unit(_ bytes: Span<UInt8>, _ index: Int) -> UInt32? {
    guard index + 4 <= bytes.count else { return nil }
    var value: UInt32 = 0
    for offset in 0..<4 {
      let byte = bytes[index + offset]
      let digit: UInt8
      switch byte {
      case 0x30...0x39: digit = byte - 0x30
      case 0x41...0x46: digit = byte - 0x41 + 10
      case 0x61...0x66: digit = byte - 0x61 + 10
      default: return nil
      }
      value = value << 4 | UInt32(digit)
    }
    return value
  }

  /// Appends the three or fewer continuation bytes of a code point, and its first byte.
  private static func append(_ point: UInt32, to result: inout [UInt8]) {
    func low(_ shift: UInt32) -> UInt8 { UInt8(0x80 | point >> shift & 0x3F) }
    switch point {
    case 0..<0x80: result.append(UInt8(point))
    case 0x80..<0x800: result += [UInt8(0xC0 | point >> 6), low(0)]
    case 0x800..<0x10000: result += [UInt8(0xE0 | point >> 12), low(6), low(0)]
    default: result += [UInt8(0xF0 | point >> 18), low(12), low(6), low(0)]
    }
  }
}

extension JSONString: CustomStringConvertible {
  /// The text for people; what is not UTF-8 shows as replacement characters.
  package var description: String { String(decoding: bytes, as: UTF8.self) }
}

extension JSONText {
  /// The same JSON in ASCII where a byte is not UTF-8: such bytes become escapes, as Python's `surrogateescape` reads
  /// them.
  package var asUTF8: JSONText {
    if String(validating: bytes, as: UTF8.self) != nil { return self }
    var result: [UInt8] = []
    var index = 0
    while index < bytes.count {
      let length = Self.characterLength(bytes, index)
      if length > 0 {
        result += bytes[index..<index + length]
        index += length
      } else {
        let byte = bytes[index]
        result += "\\udc".utf8
        result += [Self.digits[Int(byte >> 4)], Self.digits[Int(byte & 15)]]
        index += 1
      }
    }
    return JSONText(trusted: result)
  }

  /// The length of the UTF-8 character at an index; 0 if there is none.
  private static func characterLength(_ bytes: [UInt8], _ index: Int) -> Int {
    if bytes[index] < 0x80 { return 1 }
    for length in 2...4 where index + length <= bytes.count {
      if String(validating: bytes[index..<index + length], as: UTF8.self)?.unicodeScalars.count == 1
      {
        return length
      }
    }
    return 0
  }
}
