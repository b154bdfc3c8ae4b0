// Part of Apus, Apache-2.0. See LICENSE.

/// Decodes what ``BinaryEncoder`` has written; malformed bytes throw.
package enum BinaryDecoder {
  /// Deeper lists and maps are refused, so that spoiled bytes cannot exhaust the stack.
  static let deepest = 200

  /// Decodes a value that takes all bytes of a reader.
  static func decode<Value: Decodable>(
    _ type: Value.Type, from reader: inout ByteReader
  ) throws -> Value {
    let value: Value
    if let known = try reader.common(as: type) {
      value = known
    } else {
      let state = DecoderState(reader)
      value = try state.decode(type)
      reader = state.reader
    }
    guard reader.isAtEnd else {
      throw ByteReader.Malformed(description: "bytes are left after the value")
    }
    return value
  }

  package static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws
    -> Value
  {
    try decode(type, from: bytes, shared: nil)
  }

  /// - Parameter shared: where long arrays of numbers are.
  static func decode<Value: Decodable>(
    _ type: Value.Type, from bytes: [UInt8], shared: SharedArrays?
  ) throws -> Value {
    var reader = ByteReader(bytes, shared: shared)
    return try decode(type, from: &reader)
  }
}

/// The commonest values, which need no container.
extension ByteReader {
  mutating func tag() throws -> BinaryTag {
    guard let tag = BinaryTag(rawValue: try byte()) else {
      throw ByteReader.Malformed(description: "a tag is unknown")
    }
    return tag
  }

  mutating func expect(_ wanted: BinaryTag) throws {
    let found = try tag()
    if found != wanted {
      throw ByteReader.Malformed(description: "there is \(found) where \(wanted) is expected")
    }
  }

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

  mutating func double() throws -> Double {
    try expect(.double)
    return try number()
  }

  mutating func string() throws -> String {
    try expect(.string)
    return try text()
  }
}

/// The bytes and the position in them, shared by all containers.
final class DecoderState {
  var reader: ByteReader
  private var depth = 0

  init(_ reader: ByteReader) { self.reader = reader }

  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    if let known = try reader.common(as: type) { return known }
    depth += 1
    defer { depth -= 1 }
    guard depth <= BinaryDecoder.deepest else {
      throw ByteReader.Malformed(description: "it is nested too deeply")
    }
    let start = reader.position
    let value = try Value(from: ValueDecoder(state: self))
    // A value without properties reads nothing of its empty map.
    if reader.position == start { try skip() }
    return value
  }

  /// Passes over a value of any kind.
  func skip(depth: Int = 0) throws {
    guard depth <= BinaryDecoder.deepest else {
      throw ByteReader.Malformed(description: "it is nested too deeply")
    }
    switch try reader.tag() {
    case .null, .no, .yes: break
    case .signed, .unsigned, .double: _ = try reader.number(UInt64.self)
    case .wideSigned, .wideUnsigned: _ = try reader.number(UInt128.self)
    case .float: _ = try reader.number(UInt32.self)
    case .string: _ = try reader.text()
    case .numbers: try skipNumbers()
    case .shared: _ = try reader.take(17)
    case .list, .map:
      while try reader.peek() != BinaryTag.end.rawValue { try skip(depth: depth + 1) }
      _ = try reader.byte()
    case .end: throw ByteReader.Malformed(description: "it ends where a value is expected")
    }
  }

  private func skipNumbers() throws {
    let sizes = [1: 8, 2: 4, 3: 8, 4: 8, 5: 4, 6: 4, 7: 1, 8: 8]
    guard let size = sizes[Int(try reader.byte())],
      let count = Int(exactly: try reader.number(UInt64.self)), count <= reader.end
    else {
      throw ByteReader.Malformed(description: "there are numbers of an unknown kind")
    }
    _ = try reader.take(count * size)
  }
}

/// What a value's `init(from:)` gets; also the container of a single value.
struct ValueDecoder: Decoder, SingleValueDecodingContainer {
  let state: DecoderState
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    KeyedDecodingContainer(try KeyedReader<Key>(state))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer { try ListReader(state) }
  func singleValueContainer() -> any SingleValueDecodingContainer { self }

  func decodeNil() -> Bool {
    guard (try? state.reader.peek()) == BinaryTag.null.rawValue else { return false }
    _ = try? state.reader.byte()
    return true
  }

  func decode(_ type: Bool.Type) throws -> Bool {
    switch try state.reader.tag() {
    case .yes: return true
    case .no: return false
    case let other:
      throw ByteReader.Malformed(description: "there is \(other) where a Bool is expected")
    }
  }

  func decode(_ type: String.Type) throws -> String { try state.reader.string() }
  func decode(_ type: Double.Type) throws -> Double { try state.reader.double() }
  func decode(_ type: Float.Type) throws -> Float {
    try state.reader.expect(.float)
    return try state.reader.number()
  }
  func decode(_ type: Int.Type) throws -> Int { try state.reader.integer(type) }
  func decode(_ type: Int8.Type) throws -> Int8 { try state.reader.integer(type) }
  func decode(_ type: Int16.Type) throws -> Int16 { try state.reader.integer(type) }
  func decode(_ type: Int32.Type) throws -> Int32 { try state.reader.integer(type) }
  func decode(_ type: Int64.Type) throws -> Int64 { try state.reader.integer(type) }
  func decode(_ type: UInt.Type) throws -> UInt { try state.reader.integer(type) }
  func decode(_ type: UInt8.Type) throws -> UInt8 { try state.reader.integer(type) }
  func decode(_ type: UInt16.Type) throws -> UInt16 { try state.reader.integer(type) }
  func decode(_ type: UInt32.Type) throws -> UInt32 { try state.reader.integer(type) }
  func decode(_ type: UInt64.Type) throws -> UInt64 { try state.reader.integer(type) }
  func decode(_ type: Int128.Type) throws -> Int128 { try state.reader.integer(type) }
  func decode(_ type: UInt128.Type) throws -> UInt128 { try state.reader.integer(type) }
  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try state.decode(type) }
}

/// Reads a map: in the order in which it was written without a search, in any other order from the positions of its values.
private struct KeyedReader<Key: CodingKey>: KeyedDecodingContainerProtocol {
  private let state: DecoderState
  private let positions: [(key: String, position: Int)]
  var codingPath: [any CodingKey] { [] }

  init(_ state: DecoderState) throws {
    self.state = state
    try state.reader.expect(.map)
    var found: [(key: String, position: Int)] = []
    while try state.reader.peek() != BinaryTag.end.rawValue {
      let key = try state.reader.string()
      found.append((key, state.reader.position))
      try state.skip()
    }
    _ = try state.reader.byte()
    positions = found
  }

  var allKeys: [Key] { positions.compactMap { Key(stringValue: $0.key) } }

  func contains(_ key: Key) -> Bool { positions.contains { $0.key == key.stringValue } }

  /// Reads at the position of a key and returns to behind the map.
  private func at<Value>(_ key: any CodingKey, _ read: (ValueDecoder) throws -> Value) throws
    -> Value
  {
    guard let found = positions.first(where: { $0.key == key.stringValue }) else {
      throw DecodingError.keyNotFound(
        key, .init(codingPath: [], debugDescription: "There is no value for \(key.stringValue)."))
    }
    let behind = state.reader
    state.reader.move(to: found.position)
    defer { state.reader = behind }
    return try read(ValueDecoder(state: state))
  }

  func decodeNil(forKey key: Key) throws -> Bool { try at(key) { $0.decodeNil() } }
  func decode(_ type: Int128.Type, forKey key: Key) throws -> Int128 {
    try at(key) { try $0.decode(type) }
  }
  func decode(_ type: UInt128.Type, forKey key: Key) throws -> UInt128 {
    try at(key) { try $0.decode(type) }
  }
  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
    try at(key) { try $0.decode(type) }
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> {
    try at(key) { try $0.container(keyedBy: type) }
  }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try at(key) { try ListReader(DecoderState($0.state.reader)) }
  }

  func superDecoder() throws -> any Decoder {
    try at(SuperKey()) { ValueDecoder(state: DecoderState($0.state.reader)) }
  }

  func superDecoder(forKey key: Key) throws -> any Decoder {
    try at(key) { ValueDecoder(state: DecoderState($0.state.reader)) }
  }
}

private struct ListReader: UnkeyedDecodingContainer {
  private let state: DecoderState
  private(set) var currentIndex = 0
  private(set) var isAtEnd = false
  var count: Int? { nil }
  var codingPath: [any CodingKey] { [] }

  init(_ state: DecoderState) throws {
    self.state = state
    try state.reader.expect(.list)
    try lookForEnd()
  }

  private mutating func lookForEnd() throws {
    if try state.reader.peek() == BinaryTag.end.rawValue {
      _ = try state.reader.byte()
      isAtEnd = true
    }
  }

  private mutating func next<Value>(_ read: (ValueDecoder) throws -> Value) throws -> Value {
    guard !isAtEnd else { throw ByteReader.Malformed(description: "a list has too few elements") }
    let value = try read(ValueDecoder(state: state))
    currentIndex += 1
    try lookForEnd()
    return value
  }

  mutating func decodeNil() throws -> Bool {
    guard !isAtEnd, try state.reader.peek() == BinaryTag.null.rawValue else { return false }
    return try next { $0.decodeNil() }
  }

  mutating func decode(_ type: Int128.Type) throws -> Int128 { try next { try $0.decode(type) } }
  mutating func decode(_ type: UInt128.Type) throws -> UInt128 { try next { try $0.decode(type) } }
  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    try next { try $0.decode(type) }
  }

  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) throws -> KeyedDecodingContainer<Nested> {
    try next { try $0.container(keyedBy: type) }
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try next { value in
      let inner = DecoderState(value.state.reader)
      try value.state.skip()
      return try ListReader(inner)
    }
  }

  mutating func superDecoder() throws -> any Decoder {
    try next { value in
      let inner = DecoderState(value.state.reader)
      try value.state.skip()
      return ValueDecoder(state: inner)
    }
  }
}
