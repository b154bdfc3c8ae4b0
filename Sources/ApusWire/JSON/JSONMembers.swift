// Part of Apus, Apache-2.0. See LICENSE.

/// A scanner that yields the members of a JSON object one by one, as ranges of its bytes.
///
/// The goals, in this order: never read out of bounds, stop at what cannot be JSON, be fast. A header of 200
/// bytes takes about 0.2 us; a decoder that builds values for all members takes 3 us. A controller reads
/// three or four members of each message and forwards the rest unread, so the scanner does not validate the
/// inside of the values it skips. Anything copied into a reply is first parsed as ``JSONValue``.
package struct JSONMembers {
  /// One member: the range of the key, without quotes and with escapes as written, and that of the value,
  /// with quotes.
  package struct Member {
    package let key: Range<Int>
    package let value: Range<Int>
  }

  private var position: Int
  private var isFirst = true

  /// Starts at the opening brace.
  package init(_ bytes: Span<UInt8>) throws(WireError) {
    position = Self.skipSpace(bytes, 0)
    guard position < bytes.count, bytes[position] == UInt8(ascii: "{") else {
      throw WireError(.malformed, "not a JSON object")
    }
    position += 1
  }

  /// The next member, or nil after the last one.
  package mutating func next(_ bytes: Span<UInt8>) throws(WireError) -> Member? {
    position = Self.skipSpace(bytes, position)
    if try take(UInt8(ascii: "}"), bytes) {
      guard Self.skipSpace(bytes, position) == bytes.count else {
        throw WireError(.malformed, "unexpected bytes after a JSON object")
      }
      position = bytes.count
      return nil
    }
    if !isFirst {
      guard try take(UInt8(ascii: ","), bytes) else {
        throw WireError(.malformed, "no comma at byte \(position) of a JSON object")
      }
      position = Self.skipSpace(bytes, position)
    }
    isFirst = false
    let key = try Self.string(bytes, position)
    position = Self.skipSpace(bytes, key.upperBound)
    guard try take(UInt8(ascii: ":"), bytes) else {
      throw WireError(.malformed, "no colon at byte \(position) of a JSON object")
    }
    position = Self.skipSpace(bytes, position)
    let end = try Self.endOfValue(bytes, position)
    let value = position..<end
    position = end
    return Member(key: key.lowerBound + 1..<key.upperBound - 1, value: value)
  }

  private mutating func take(_ byte: UInt8, _ bytes: Span<UInt8>) throws(WireError) -> Bool {
    guard position < bytes.count else {
      throw WireError(.malformed, "a JSON object ends too soon")
    }
    guard bytes[position] == byte else { return false }
    position += 1
    return true
  }

  @inline(__always)
  private static func skipSpace(_ bytes: Span<UInt8>, _ start: Int) -> Int {
    var index = start
    while index < bytes.count {
      let byte = bytes[index]
      if byte > 0x20 || (byte != 0x20 && byte != 0x0A && byte != 0x0D && byte != 0x09) { break }
      index += 1
    }
    return index
  }

  /// The range of a string with both quotes.
  private static func string(_ bytes: Span<UInt8>, _ start: Int) throws(WireError) -> Range<Int> {
    guard start < bytes.count, bytes[start] == UInt8(ascii: "\"") else {
      throw WireError(.malformed, "no string at byte \(start) of a JSON object")
    }
    var index = start + 1
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "\"") { return start..<index + 1 }
      index += byte == UInt8(ascii: "\\") ? 2 : 1
    }
    throw WireError(.malformed, "unterminated JSON string")
  }

  /// The index after the value that starts at `start`.
  private static func endOfValue(_ bytes: Span<UInt8>, _ start: Int) throws(WireError) -> Int {
    guard start < bytes.count else { throw WireError(.malformed, "a JSON object ends too soon") }
    switch bytes[start] {
    case UInt8(ascii: "\""):
      return try string(bytes, start).upperBound
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      return try endOfNest(bytes, start)
    default:
      var index = start
      while index < bytes.count, isWord(bytes[index]) { index += 1 }
      guard index > start else {
        throw WireError(.malformed, "no value at byte \(start) of a JSON object")
      }
      return index
    }
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "+"),
      UInt8(ascii: "."):
      true
    default: false
    }
  }

  private static func endOfNest(_ bytes: Span<UInt8>, _ start: Int) throws(WireError) -> Int {
    var depth = 0
    var index = start
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "\""):
        index = try string(bytes, index).upperBound
        continue
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        if depth > JSONTokens.deepest {
          throw WireError(.tooLarge, "JSON nested deeper than \(JSONTokens.deepest)")
        }
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth == 0 { return index + 1 }
      default: break
      }
      index += 1
    }
    throw WireError(.malformed, "unterminated JSON value")
  }
}

extension Span<UInt8> {
  /// Whether a range holds the bytes of a text.
  package func holds(_ text: StaticString, at range: Range<Int>) -> Bool {
    guard range.count == text.utf8CodeUnitCount else { return false }
    return text.withUTF8Buffer { expected in
      var same = true
      for offset in 0..<expected.count {
        same = same && expected[offset] == self[range.lowerBound + offset]
      }
      return same
    }
  }

  /// A copy of the bytes of a range.
  package func copy(_ range: Range<Int>) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: range.count) { target, count in
      for offset in 0..<range.count {
        target.initializeElement(at: offset, to: self[range.lowerBound + offset])
      }
      count = range.count
    }
  }

  /// A copy of all bytes.
  package var copied: [UInt8] { copy(0..<count) }

  /// The text of a JSON string whose range includes the quotes; nil for any other value or an invalid escape.
  package func text(_ value: Range<Int>) -> String? {
    guard value.count >= 2, self[value.lowerBound] == UInt8(ascii: "\"") else { return nil }
    let inner = value.lowerBound + 1..<value.upperBound - 1
    var isPlain = true
    for index in inner where self[index] == UInt8(ascii: "\\") { isPlain = false }
    if isPlain {
      return String(unsafeUninitializedCapacity: inner.count) { target in
        for offset in 0..<inner.count {
          target.initializeElement(at: offset, to: self[inner.lowerBound + offset])
        }
        return inner.count
      }
    }
    guard let string = jsonString(value) else { return nil }
    return string.description
  }

  /// The JSON string whose range includes the quotes, as it was written; nil for any other value or an invalid escape.
  ///
  /// - Parameter limit: how many bytes are taken at most; characters and escapes stay whole.
  package func jsonString(_ value: Range<Int>, limit: Int = .max) -> JSONString? {
    guard value.count >= 2, self[value.lowerBound] == UInt8(ascii: "\"") else { return nil }
    let start = value.lowerBound + 1
    var inner = copy(start..<(value.count - 2 <= limit ? value.upperBound - 1 : start + limit))
    if value.count - 2 > limit { JSONString.cutToWholeCharacters(&inner) }
    var tokens = JSONTokens()
    let written = [UInt8(ascii: "\"")] + inner + [UInt8(ascii: "\"")]
    guard case .string(let range, _)? = try? tokens.next(written.span), range.count == inner.count,
      (try? tokens.next(written.span)) == .some(nil)
    else { return nil }
    return JSONString(trusted: inner)
  }
}
