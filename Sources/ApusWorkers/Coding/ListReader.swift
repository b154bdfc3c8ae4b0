// Part of Apus, Apache-2.0. See LICENSE.

/// Reads a list from its beginning to its end.
struct ListReader: UnkeyedDecodingContainer {
  private let state: DecoderState
  private(set) var currentIndex = 0
  private(set) var isAtEnd = false
  var count: Int? { nil }
  var codingPath: [any CodingKey] { [] }

  init(_ state: DecoderState, _ start: Int) throws {
    if let numbers = try state.listOfNumbers(at: start) {
      self = try ListReader(numbers, 0)
      return
    }
    self.state = state
    try state.restoring { state in
      state.goBack(to: start)
      try state.reader.expect(.list)
    }
    state.openLists += 1
    try lookForEnd()
  }

  private mutating func lookForEnd() throws {
    if try state.reader.peek() == BinaryTag.end.rawValue {
      _ = try state.reader.byte()
      isAtEnd = true
      state.openLists -= 1
    }
  }

  private mutating func next<Value>(_ read: (ValueDecoder) throws -> Value) throws -> Value {
    guard !isAtEnd else { throw ByteReader.Malformed(description: "a list has too few elements") }
    let value = try state.restoring { state in
      try read(ValueDecoder(state: state, start: state.reader.position))
    }
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
    try next { value in
      let inner = value.state.copy(at: value.state.reader.position)
      try value.state.skip()
      return try ValueDecoder(state: inner, start: inner.reader.position).container(keyedBy: type)
    }
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try next { value in
      let inner = value.state.copy(at: value.state.reader.position)
      try value.state.skip()
      return try ListReader(inner, inner.reader.position)
    }
  }

  mutating func superDecoder() throws -> any Decoder {
    try next { value in
      let inner = value.state.copy(at: value.state.reader.position)
      try value.state.skip()
      return ValueDecoder(state: inner, start: inner.reader.position)
    }
  }
}
