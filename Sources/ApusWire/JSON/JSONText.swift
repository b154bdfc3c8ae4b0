// Part of Apus, Apache-2.0. See LICENSE.

/// JSON text assembled from values and from fragments that already are JSON.
///
/// What engines and clients wrote is copied into replies byte for byte: numbers keep their digits and objects
/// their order.
package struct JSONText: Sendable, Hashable {
  package private(set) var bytes: [UInt8]

  package init() { bytes = [] }

  /// Wraps bytes that are known to be valid JSON.
  package init(trusted bytes: [UInt8]) { self.bytes = bytes }

  /// Checks bytes that a peer wrote; they are kept as they are.
  ///
  /// - Throws: `malformed` if they are not JSON, `tooLarge` if they are nested too deeply.
  /// - Complexity: O(bytes).
  package init(checking bytes: [UInt8]) throws(WireError) {
    try JSONTokens.check(bytes.span)
    self.bytes = bytes
  }

  package init(_ value: JSONValue) {
    self.init()
    append(value)
  }

  /// An object of members in the order given.
  package init(object members: [(String, JSONText)]) {
    self.init()
    bytes.append(UInt8(ascii: "{"))
    for (index, member) in members.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      append(quoted: member.0)
      bytes.append(UInt8(ascii: ":"))
      bytes += member.1.bytes
    }
    bytes.append(UInt8(ascii: "}"))
  }

  package init(array elements: [JSONText]) {
    self.init()
    bytes.append(UInt8(ascii: "["))
    for (index, element) in elements.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      bytes += element.bytes
    }
    bytes.append(UInt8(ascii: "]"))
  }

  package static let null = JSONText(.null)
  package static let emptyObject = JSONText(trusted: Array("{}".utf8))

  package static func string(_ text: String) -> JSONText { JSONText(.string(text)) }
  package static func strings(_ texts: [String]) -> JSONText {
    JSONText(array: texts.map { .string($0) })
  }
  package static func integer(_ value: Int) -> JSONText { JSONText(.integer(value)) }

  private mutating func append(_ value: JSONValue) {
    switch value {
    case .null: bytes += "null".utf8
    case .bool(let value): bytes += (value ? "true" : "false").utf8
    case .integer(let value): bytes += String(value).utf8
    case .number(let value): bytes += (value.isFinite ? "\(value)" : "null").utf8
    case .string(let value): append(quoted: value)
    case .array(let values):
      bytes += JSONText(array: values.map { JSONText($0) }).bytes
    case .object(let members):
      let sorted = members.sorted { $0.key < $1.key }
      bytes += JSONText(object: sorted.map { ($0.key, JSONText($0.value)) }).bytes
    }
  }

  private mutating func append(quoted text: String) {
    bytes.append(UInt8(ascii: "\""))
    bytes += JSONString(text).escaped
    bytes.append(UInt8(ascii: "\""))
  }

  static let digits = Array("0123456789abcdef".utf8)
}

extension JSONText {
  /// The string, if this is one.
  package var string: JSONString? { bytes.span.jsonString(0..<bytes.count) }
}

extension JSONText: CustomStringConvertible {
  package var description: String { String(decoding: bytes, as: UTF8.self) }
}
