// Part of Apus, Apache-2.0. See LICENSE.

/// Decodes what ``BinaryEncoder`` has written; malformed bytes throw.
package enum BinaryDecoder {
  /// Deeper lists and maps are refused, so that spoiled bytes cannot exhaust the stack.
  static let deepest = 200

  /// Decodes a value that takes all bytes of a reader.
  static func decode<Value: Decodable>(
    _ type: Value.Type, from reader: inout ByteReader
  ) throws -> Value {
    guard let kind = CommonKind(type) else {
      return try DecoderState(reader).decodeAll(type, &reader)
    }
    let value = try reader.common(kind, as: type)
    try reader.expectEnd()
    return value
  }

  package static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws
    -> Value
  {
    try decode(type, from: bytes, shared: nil)
  }

  /// - Parameter shared: where long arrays of numbers are.
  static func decode<Value: Decodable>(
    _ type: Value.Type, from bytes: [UInt8], shared: SharedArrays?, converts: Bool = false
  ) throws -> Value {
    var reader = ByteReader(bytes, shared: shared)
    reader.converts = converts
    return try decode(type, from: &reader)
  }
}

/// The commonest values, which need no container.
extension ByteReader {
  @inline(__always)
  mutating func tag() throws -> BinaryTag {
    guard let tag = BinaryTag(rawValue: try byte()) else {
      throw ByteReader.Malformed(description: "a tag is unknown")
    }
    return tag
  }

  @inline(__always)
  mutating func expect(_ wanted: BinaryTag) throws {
    let found = try tag()
    if found != wanted { throw unexpected(found, wanted) }
  }

  private func unexpected(_ found: BinaryTag, _ wanted: BinaryTag) -> Malformed {
    Malformed(description: "there is \(found) where \(wanted) is expected")
  }

  @inline(__always)
  mutating func integer<Integer: FixedWidthInteger>(_ type: Integer.Type) throws -> Integer {
    let found: Integer?
    switch try tag() {
    case .signed: found = Integer(exactly: try number(Int64.self))
    case .unsigned: found = Integer(exactly: try number(UInt64.self))
    case .wideSigned: found = Integer(exactly: try number(Int128.self))
    case .wideUnsigned: found = Integer(exactly: try number(UInt128.self))
    case let other:
      throw ByteReader.Malformed(description: "there is \(other) where an integer is expected")
    }
    guard let found else {
      throw ByteReader.Malformed(description: "an integer does not fit into \(Integer.self)")
    }
    return found
  }

  func expectEnd() throws {
    if !isAtEnd { throw ByteReader.Malformed(description: "bytes are left after the value") }
  }

  mutating func truth() throws -> Bool {
    switch try tag() {
    case .yes: return true
    case .no: return false
    case let other:
      throw ByteReader.Malformed(description: "there is \(other) where a Bool is expected")
    }
  }

  mutating func double() throws -> Double {
    if try peek() == BinaryTag.double.rawValue {
      _ = try byte()
      return try number()
    }
    guard converts else {
      try expect(.double)
      return try number()
    }
    guard let value = try anyNumber().double else {
      throw ByteReader.Malformed(description: "an integer is not exact as a Double")
    }
    return value
  }

  mutating func string() throws -> String {
    try expect(.string)
    return try text()
  }
}
