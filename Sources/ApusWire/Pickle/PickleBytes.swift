// Part of Apus, Apache-2.0. See LICENSE.

/// The bytes of a pickle, read from the front.
struct PickleBytes {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }

  static func wrong(_ what: String) -> WireError { WireError(.malformed, "a pickle with \(what)") }

  mutating func byte() throws(WireError) -> UInt8 {
    guard position < bytes.count else { throw Self.wrong("its end missing") }
    defer { position += 1 }
    return bytes[position]
  }

  mutating func take(_ count: Int) throws(WireError) -> ArraySlice<UInt8> {
    guard count >= 0, count <= bytes.count - position else { throw Self.wrong("its end missing") }
    defer { position += count }
    return bytes[position..<position + count]
  }

  /// An unsigned number of some bytes, the lowest first.
  mutating func number(_ width: Int) throws(WireError) -> UInt64 {
    var number: UInt64 = 0
    for (index, byte) in try take(width).enumerated() { number |= UInt64(byte) << (8 * index) }
    return number
  }

  /// A count of so many bytes, and as many bytes as it says.
  mutating func counted(_ width: Int) throws(WireError) -> ArraySlice<UInt8> {
    try take(Int(clamping: number(width)))
  }

  /// A text of as many bytes as a count of so many bytes says.
  mutating func text(_ width: Int) throws(WireError) -> String {
    guard let text = String(validating: try counted(width), as: UTF8.self) else {
      throw Self.wrong("a text that is not UTF-8")
    }
    return text
  }

  /// The text up to the next line feed.
  mutating func line() throws(WireError) -> String {
    guard let end = bytes[position...].firstIndex(of: 10) else {
      throw Self.wrong("its end missing")
    }
    defer { position = end + 1 }
    guard let text = String(validating: bytes[position..<end], as: UTF8.self) else {
      throw Self.wrong("a text that is not UTF-8")
    }
    return text
  }

  /// An integer of Python: two's complement, the lowest byte first.
  static func integer(_ bytes: ArraySlice<UInt8>) -> PickleValue {
    var rest = bytes
    // Bytes that only repeat the sign are left out.
    while let last = rest.last, let before = rest.dropLast().last,
      (last == 0 && before < 128) || (last == 255 && before >= 128)
    {
      rest.removeLast()
    }
    guard rest.count <= 8 else { return .largeInteger(Array(rest)) }
    var word: UInt64 = (rest.last ?? 0) >= 128 ? .max : 0
    for byte in rest.reversed() { word = word << 8 | UInt64(byte) }
    return .integer(Int(Int64(bitPattern: word)))
  }
}
