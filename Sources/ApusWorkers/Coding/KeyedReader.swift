// Part of Apus, Apache-2.0. See LICENSE.

/// Reads a map: in the order in which it was written without a search, in any other order from the positions of its values.
struct KeyedReader<Key: CodingKey>: KeyedDecodingContainerProtocol {
  private let state: DecoderState
  private let map: Int
  var codingPath: [any CodingKey] { [] }

  init(_ state: DecoderState, _ start: Int) throws {
    if let matrix = try state.matrix(at: start) {
      (self.state, map) = (matrix, try matrix.beginMap(0))
    } else {
      (self.state, map) = (state, try state.beginMap(start))
    }
  }

  var allKeys: [Key] {
    let positions = (try? state.positions(map)) ?? [:]
    return positions.sorted { $0.value < $1.value }.compactMap { Key(stringValue: $0.key) }
  }

  func contains(_ key: Key) -> Bool {
    state.askedKeys?.insert(key.stringValue)
    if state.nextValue(map, key.stringValue) != nil { return true }
    return (try? state.positions(map)[key.stringValue]) != nil
  }

  /// Reads the value of a key; if it is the next one, the reader is then at the entry behind it.
  @inline(__always)
  private func value<Value>(_ key: Key, _ read: (ValueDecoder) throws -> Value) throws -> Value {
    state.askedKeys?.insert(key.stringValue)
    let entry = state.reader.position
    guard let next = state.nextValue(map, key.stringValue) else {
      return try state.at(try position(key), read)
    }
    state.reader.move(to: next)
    do {
      return try read(ValueDecoder(state: state, start: next))
    } catch {
      state.reader.move(to: entry)
      throw error
    }
  }

  private func position(_ key: any CodingKey) throws -> Int {
    state.askedKeys?.insert(key.stringValue)
    guard let found = try state.positions(map)[key.stringValue] else {
      throw DecodingError.keyNotFound(
        key, .init(codingPath: [], debugDescription: "There is no value for \(key.stringValue)."))
    }
    return found
  }

  func decodeNil(forKey key: Key) throws -> Bool {
    // A value that is there is read afterwards, so the reader stays at its entry.
    if let next = state.nextValue(map, key.stringValue) {
      guard try state.at(next, { $0.decodeNil() }) else { return false }
      state.reader.move(to: next + 1)
      return true
    }
    return try state.at(try position(key)) { $0.decodeNil() }
  }

  func decode(_ type: Int.Type, forKey key: Key) throws -> Int {
    try value(key) { try $0.decode(type) }
  }
  func decode(_ type: Double.Type, forKey key: Key) throws -> Double {
    try value(key) { try $0.decode(type) }
  }
  func decode(_ type: Int128.Type, forKey key: Key) throws -> Int128 {
    try value(key) { try $0.decode(type) }
  }
  func decode(_ type: UInt128.Type, forKey key: Key) throws -> UInt128 {
    try value(key) { try $0.decode(type) }
  }
  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
    try value(key) { try $0.decode(type) }
  }

  /// A decoder of its own at the value of a key.
  private func inner(_ key: any CodingKey) throws -> ValueDecoder {
    let position = try position(key)
    return ValueDecoder(state: state.copy(at: position), start: position)
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> {
    try inner(key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try inner(key).unkeyedContainer()
  }

  func superDecoder() throws -> any Decoder { try inner(SuperKey()) }

  func superDecoder(forKey key: Key) throws -> any Decoder { try inner(key) }
}
