// Part of Apus, Apache-2.0. See LICENSE.

/// What a value's `init(from:)` gets; also the container of a single value.
struct ValueDecoder: Decoder, SingleValueDecodingContainer {
  let state: DecoderState
  /// Where the value begins.
  let start: Int
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    KeyedDecodingContainer(try KeyedReader<Key>(state, start))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer { try ListReader(state, start) }
  func singleValueContainer() -> any SingleValueDecodingContainer {
    if state.current == start || state.reader.converts { state.goBack(to: start) }
    return self
  }

  func decodeNil() -> Bool {
    guard (try? state.reader.peek()) == BinaryTag.null.rawValue else { return false }
    _ = try? state.reader.byte()
    return true
  }

  func decode(_ type: Bool.Type) throws -> Bool { try state.restoring { try $0.reader.truth() } }
  func decode(_ type: String.Type) throws -> String {
    try state.restoring { try $0.reader.string() }
  }
  func decode(_ type: Double.Type) throws -> Double {
    try state.restoring { try $0.reader.double() }
  }
  func decode(_ type: Float.Type) throws -> Float {
    try state.restoring { state in
      if try state.reader.converts && state.reader.peek() != BinaryTag.float.rawValue {
        return Float(try state.reader.double())
      }
      try state.reader.expect(.float)
      return try state.reader.number()
    }
  }
  private func integer<Number: FixedWidthInteger>(_ type: Number.Type) throws -> Number {
    try state.restoring { try $0.reader.integer(type) }
  }
  func decode(_ type: Int.Type) throws -> Int { try integer(type) }
  func decode(_ type: Int8.Type) throws -> Int8 { try integer(type) }
  func decode(_ type: Int16.Type) throws -> Int16 { try integer(type) }
  func decode(_ type: Int32.Type) throws -> Int32 { try integer(type) }
  func decode(_ type: Int64.Type) throws -> Int64 { try integer(type) }
  func decode(_ type: UInt.Type) throws -> UInt { try integer(type) }
  func decode(_ type: UInt8.Type) throws -> UInt8 { try integer(type) }
  func decode(_ type: UInt16.Type) throws -> UInt16 { try integer(type) }
  func decode(_ type: UInt32.Type) throws -> UInt32 { try integer(type) }
  func decode(_ type: UInt64.Type) throws -> UInt64 { try integer(type) }
  func decode(_ type: Int128.Type) throws -> Int128 { try integer(type) }
  func decode(_ type: UInt128.Type) throws -> UInt128 { try integer(type) }
  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try state.decode(type) }
}
