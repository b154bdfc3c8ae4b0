// Part of Apus, Apache-2.0. See LICENSE.

/// Any JSON value, as found in requests to the controller and in files.
package enum JSONValue: Sendable {
  case null
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])
}

extension JSONValue {
  /// The most bytes of a JSON text.
  package static let longest = 16 << 20
  /// The most values, names and ends of containers in a JSON text, so that building them takes some hundredths of a second at most.
  package static let maximumCount = 1 << 19
  /// The most names of members in a JSON text.
  package static let maximumNames = 1 << 17
  /// The most digits of a number.
  package static let longestNumber = 4300

  /// The most bytes of a name, and of all names beyond ASCII together: to compare those takes long.
  package static let (longestName, longestUnusual) = (4096, 1 << 16)
  /// The most bytes of strings with escapes.
  package static let longestEscaped = 4 << 20

  /// Reads a whole JSON text.
  ///
  /// Bytes in strings that are not UTF-8 become replacement characters; ``JSONText`` and ``JSONString`` keep them.
  ///
  /// - Throws: `malformed`, or `tooLarge` beyond one of the limits.
  /// - Complexity: O(bytes).
  package init(_ bytes: [UInt8]) throws(WireError) { try self.init(bytes.span) }

  /// The same for bytes that belong to somebody else.
  package init(_ bytes: Span<UInt8>) throws(WireError) {
    guard bytes.count <= Self.longest else {
      throw WireError(.tooLarge, "JSON of \(bytes.count) bytes, more than \(Self.longest)")
    }
    var builder = JSONBuilder()
    self = try builder.value(bytes)
  }

  package init(json text: String) throws(WireError) { try self.init(Array(text.utf8)) }
}

/// Strings are equal if their bytes are, as in Python: characters that only look the same are not, and to find out takes
/// no longer than to read them.
extension JSONValue: Hashable {
  package static func == (a: JSONValue, b: JSONValue) -> Bool {
    switch (a, b) {
    case (.null, .null): true
    case (.bool(let a), .bool(let b)): a == b
    case (.integer(let a), .integer(let b)): a == b
    case (.number(let a), .number(let b)): a == b
    case (.string(let a), .string(let b)):
      a.utf8.count == b.utf8.count && a.utf8.elementsEqual(b.utf8)
    case (.array(let a), .array(let b)): a == b
    case (.object(let a), .object(let b)): a == b
    default: false
    }
  }

  package func hash(into hasher: inout Hasher) {
    switch self {
    case .null: hasher.combine(0)
    case .bool(let value): hasher.combine(value)
    case .integer(let value): hasher.combine(value)
    case .number(let value): hasher.combine(value)
    case .string(let value):
      var digest: UInt64 = 0xCBF2_9CE4_8422_2325
      for byte in value.utf8 { digest = (digest ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
      hasher.combine(digest)
    case .array(let value): hasher.combine(value)
    case .object(let value): hasher.combine(value)
    }
  }
}

extension JSONValue {
  package subscript(_ key: String) -> JSONValue? {
    if case .object(let members) = self { members[key] } else { nil }
  }

  package var string: String? { if case .string(let value) = self { value } else { nil } }
  package var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
  package var object: [String: JSONValue]? {
    if case .object(let value) = self { value } else { nil }
  }
  package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  package var isNull: Bool { self == .null }

  /// The value as a whole number, even if it is written as 4.0.
  package var integer: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  package var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// The elements of an array of strings; nil for any other value.
  package var strings: [String]? {
    guard case .array(let values) = self else { return nil }
    let strings = values.compactMap(\.string)
    return strings.count == values.count ? strings : nil
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  package init(stringLiteral value: String) { self = .string(value) }
  package init(integerLiteral value: Int) { self = .integer(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(Dictionary(elements) { $1 })
  }
}
