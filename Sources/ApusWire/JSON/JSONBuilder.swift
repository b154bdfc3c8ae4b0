// Part of Apus, Apache-2.0. See LICENSE.

/// Builds a value from the tokens of a JSON text, without recursion.
struct JSONBuilder {
  /// Complete values whose containers are still open, the names of members, and where each open container begins.
  private var values: [JSONValue] = []
  private var names: [String] = []
  private var starts: [(values: Int, names: Int)] = []
  private var count = 0
  private var nameCount = 0
  /// The bytes of names beyond ASCII, and of strings with escapes, so far.
  private var (unusualNames, escaped) = (0, 0)

  /// Reads a whole text.
  mutating func value(_ bytes: Span<UInt8>) throws(WireError) -> JSONValue {
    var tokens = JSONTokens()
    while let token = try tokens.next(bytes) {
      count += 1
      guard count <= JSONValue.maximumCount else {
        throw WireError(.tooLarge, "JSON with more than \(JSONValue.maximumCount) values")
      }
      try take(token, bytes)
    }
    guard let result = values.first else { throw WireError(.malformed, "not JSON: no value") }
    return result
  }

  private mutating func take(_ token: JSONTokens.Token, _ bytes: Span<UInt8>) throws(WireError) {
    switch token {
    case .beginArray, .beginObject: starts.append((values.count, names.count))
    case .endArray:
      guard let start = starts.popLast() else { return }
      values.append(.array(removeValues(from: start.values)))
    case .endObject:
      guard let start = starts.popLast() else { return }
      var members: [String: JSONValue] = [:]
      members.reserveCapacity(names.count - start.names)
      for offset in 0..<names.count - start.names {
        members[names[start.names + offset]] = values[start.values + offset]
      }
      values.removeSubrange(start.values...)
      names.removeSubrange(start.names...)
      values.append(.object(members))
    case .name(let range, let isPlain):
      guard range.count <= JSONValue.longestName else {
        throw WireError(.tooLarge, "a name of \(range.count) bytes in JSON")
      }
      let name = try text(bytes, range, isPlain)
      if !name.utf8.allSatisfy({ $0 < 0x80 }) { unusualNames += range.count }
      guard unusualNames <= JSONValue.longestUnusual else {
        throw WireError(
          .tooLarge, "more than \(JSONValue.longestUnusual) bytes of names beyond ASCII")
      }
      nameCount += 1
      guard nameCount <= JSONValue.maximumNames else {
        throw WireError(.tooLarge, "JSON with more than \(JSONValue.maximumNames) names")
      }
      names.append(name)
    case .string(let range, let isPlain): values.append(.string(try text(bytes, range, isPlain)))
    case .number(let range): values.append(try Self.number(bytes, range))
    case .bool(let value): values.append(.bool(value))
    case .null: values.append(.null)
    }
  }

  /// Removes and returns the last values; all of them without a copy.
  private mutating func removeValues(from start: Int) -> [JSONValue] {
    if start == 0 {
      defer { values = [] }
      return values
    }
    defer { values.removeSubrange(start...) }
    return Array(values[start...])
  }

  private mutating func text(
    _ bytes: Span<UInt8>, _ range: Range<Int>, _ isPlain: Bool
  ) throws(WireError) -> String {
    if !isPlain { escaped += range.count }
    guard escaped <= JSONValue.longestEscaped else {
      throw WireError(
        .tooLarge, "more than \(JSONValue.longestEscaped) bytes of strings with escapes")
    }
    if isPlain, let text = try? UTF8Span(validating: bytes.extracting(range)) {
      return String(copying: text)
    }
    return String(
      decoding: isPlain ? bytes.copy(range) : JSONString.decode(bytes, range), as: UTF8.self)
  }

  private static func number(
    _ bytes: Span<UInt8>, _ range: Range<Int>
  ) throws(WireError) -> JSONValue {
    if range.count <= 18, let whole = integer(bytes, range) { return .integer(whole) }
    guard range.count <= JSONValue.longestNumber else {
      throw WireError(.tooLarge, "a number of \(range.count) digits in JSON")
    }
    let text = String(decoding: bytes.copy(range), as: UTF8.self)
    if let whole = Int(text) { return .integer(whole) }
    guard let number = Double(text) else { throw WireError(.malformed, "not JSON: a wrong number") }
    return .number(number)
  }

  /// A whole number of at most 18 characters; nil for others.
  private static func integer(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
    let isNegative = bytes[range.lowerBound] == UInt8(ascii: "-")
    var value = 0
    for index in range.lowerBound + (isNegative ? 1 : 0)..<range.upperBound {
      let byte = bytes[index]
      guard (0x30...0x39).contains(byte) else { return nil }
      value = value * 10 + Int(byte - 0x30)
    }
    return isNegative ? -value : value
  }
}
