// Part of Apus, Apache-2.0. See LICENSE.

/// Encodes values in the binary format of ``BinaryTag``.
package enum BinaryEncoder {
  /// Appends a value to a writer.
  static func encode<Value: Encodable>(_ value: Value, to writer: ByteWriter) throws {
    if writer.append(common: value) { return }
    try EncoderState(writer).encodeAll(value)
  }

  package static func encode<Value: Encodable>(_ value: Value) throws -> [UInt8] {
    let writer = ByteWriter()
    try encode(value, to: writer)
    return writer.bytes
  }

  /// The same for a digest: sets and dictionaries are sorted, because their order differs between processes.
  static func canonical<Value: Encodable>(_ value: Value) throws -> [UInt8] {
    let state = EncoderState(ByteWriter())
    state.isCanonical = true
    try state.encodeAll(value)
    return state.writer.bytes
  }
}

/// The bytes so far, and the containers that are still open.
final class EncoderState {
  @exclusivity(unchecked) var writer: ByteWriter
  /// Whether sets and dictionaries are sorted.
  @exclusivity(unchecked) var isCanonical = false
  @exclusivity(unchecked) private var open: [Int] = []
  /// How many bytes there were after a key whose value a superclass may leave out; -1 if there is none.
  @exclusivity(unchecked) private var promised = -1
  @exclusivity(unchecked) private var next = 0
  @exclusivity(unchecked) private var depth = 0

  init(_ writer: ByteWriter) { self.writer = writer }

  /// Encodes a value that is not within another; the state may be used again for the next.
  func encodeAll<Value: Encodable>(_ value: Value) throws {
    open.removeAll(keepingCapacity: true)
    (depth, promised) = (0, -1)
    try encode(value)
    closeAll()
  }

  /// The number of containers that are open.
  var openCount: Int { open.count }

  /// Begins the map of a value, or goes on with it.
  func beginMap(_ level: Int) -> Int {
    if open.count > level {
      closeAll(above: level + 1)
      return open[level]
    }
    return begin(.map)
  }

  func begin(_ tag: BinaryTag) -> Int {
    promised = -1
    next += 1
    open.append(next)
    writer.append(tag)
    return next
  }

  /// Ends all containers within one that is written to again.
  func focus(on id: Int) throws {
    if open.last == id, promised < 0 { return }
    guard let place = open.lastIndex(of: id) else {
      throw EncodingError.invalidValue(
        id, .init(codingPath: [], debugDescription: "A container is written to after its end."))
    }
    closeAll(above: place + 1)
  }

  func closeAll() { closeAll(above: 0) }

  /// Closes all containers but so many.
  private func closeAll(above count: Int) {
    keepPromise()
    while open.count > count {
      writer.append(.end)
      open.removeLast()
    }
  }

  /// Notes that a key was written whose value may be left out.
  func promise() { promised = writer.count }

  private func keepPromise() {
    if promised == writer.count {
      writer.append(.map)
      writer.append(.end)
    }
    promised = -1
  }

  /// Writes, and takes back what was written if that fails.
  @inline(__always)
  func restoring(_ write: () throws -> Void) throws {
    let (count, opened) = (writer.count, open.count)
    do {
      try write()
    } catch {
      writer.truncate(to: count)
      if open.count > opened { open.removeSubrange(opened...) }
      promised = -1
      throw error
    }
  }

  func encode<Value: Encodable>(_ value: Value) throws {
    if writer.append(common: value) { return }
    if isCanonical, let value = value as? any HashOrdered { return try value.encodeSorted(self) }
    depth += 1
    defer { depth -= 1 }
    guard depth <= BinaryDecoder.deepest else {
      throw EncodingError.invalidValue(
        value, .init(codingPath: [], debugDescription: "It is nested too deeply."))
    }
    let opened = open.count, start = writer.count
    try value.encode(to: ValueEncoder(state: self, level: opened))
    closeAll(above: opened)
    // A value that encodes nothing is an empty map.
    if writer.count == start {
      writer.append(.map)
      writer.append(.end)
    }
  }

  func signed(_ value: some SignedInteger & FixedWidthInteger) {
    writer.append(.signed)
    writer.append(number: Int64(value))
  }

  func unsigned(_ value: some UnsignedInteger & FixedWidthInteger) {
    writer.append(.unsigned)
    writer.append(number: UInt64(value))
  }
}

/// What a value's `encode(to:)` gets.
struct ValueEncoder: Encoder {
  let state: EncoderState
  /// The containers that were open before the value's own.
  let level: Int
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    KeyedEncodingContainer(KeyedWriter<Key>(state: state, id: state.beginMap(level)))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    ListWriter(state: state, id: state.begin(.list))
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { self }
}

extension ValueEncoder: SingleValueEncodingContainer {
  func encodeNil() { state.writer.append(.null) }
  func encode(_ value: Bool) { state.writer.append(value ? .yes : .no) }
  func encode(_ value: String) {
    state.writer.append(.string)
    state.writer.append(text: value)
  }
  func encode(_ value: Double) {
    state.writer.append(.double)
    state.writer.append(number: value)
  }
  func encode(_ value: Float) {
    state.writer.append(.float)
    state.writer.append(number: value)
  }
  func encode(_ value: Int) { state.signed(value) }
  func encode(_ value: Int8) { state.signed(value) }
  func encode(_ value: Int16) { state.signed(value) }
  func encode(_ value: Int32) { state.signed(value) }
  func encode(_ value: Int64) { state.signed(value) }
  func encode(_ value: UInt) { state.unsigned(value) }
  func encode(_ value: UInt8) { state.unsigned(value) }
  func encode(_ value: UInt16) { state.unsigned(value) }
  func encode(_ value: UInt32) { state.unsigned(value) }
  func encode(_ value: UInt64) { state.unsigned(value) }
  func encode(_ value: Int128) {
    state.writer.append(.wideSigned)
    state.writer.append(number: value)
  }
  func encode(_ value: UInt128) {
    state.writer.append(.wideUnsigned)
    state.writer.append(number: value)
  }
  func encode<Value: Encodable>(_ value: Value) throws { try state.encode(value) }
}

/// Writes the entries of a map: each a key and a value.
private struct KeyedWriter<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let state: EncoderState
  let id: Int
  var codingPath: [any CodingKey] { [] }

  private func key(_ key: any CodingKey) throws -> ValueEncoder {
    try state.focus(on: id)
    state.writer.append(.string)
    state.writer.append(text: key.stringValue)
    return ValueEncoder(state: state, level: state.openCount)
  }

  func encodeNil(forKey key: Key) throws { try self.key(key).encodeNil() }
  func encode(_ value: Int128, forKey key: Key) throws { try self.key(key).encode(value) }
  func encode(_ value: UInt128, forKey key: Key) throws { try self.key(key).encode(value) }
  func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
    try state.focus(on: id)
    try state.restoring { try self.key(key).encode(value) }
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) -> KeyedEncodingContainer<Nested> {
    _ = try? self.key(key)
    return ValueEncoder(state: state, level: state.openCount).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    _ = try? self.key(key)
    return ValueEncoder(state: state, level: state.openCount).unkeyedContainer()
  }

  func superEncoder() -> any Encoder {
    _ = try? key(SuperKey())
    state.promise()
    return ValueEncoder(state: state, level: state.openCount)
  }

  func superEncoder(forKey key: Key) -> any Encoder {
    _ = try? self.key(key)
    state.promise()
    return ValueEncoder(state: state, level: state.openCount)
  }
}

/// The key of what a superclass encodes.
struct SuperKey: CodingKey {
  var stringValue: String { "super" }
  var intValue: Int? { nil }
  init() {}
  init?(stringValue: String) { nil }
  init?(intValue: Int) { nil }
}

private struct ListWriter: UnkeyedEncodingContainer {
  let state: EncoderState
  let id: Int
  var count = 0
  var codingPath: [any CodingKey] { [] }

  init(state: EncoderState, id: Int) {
    self.state = state
    self.id = id
  }

  private mutating func next() throws -> ValueEncoder {
    try state.focus(on: id)
    count += 1
    return ValueEncoder(state: state, level: state.openCount)
  }

  mutating func encodeNil() throws { try next().encodeNil() }
  mutating func encode(_ value: Int128) throws { try next().encode(value) }
  mutating func encode(_ value: UInt128) throws { try next().encode(value) }
  mutating func encode<Value: Encodable>(_ value: Value) throws {
    try state.focus(on: id)
    try state.restoring { try ValueEncoder(state: state, level: state.openCount).encode(value) }
    count += 1
  }

  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) -> KeyedEncodingContainer<Nested> {
    _ = try? next()
    return ValueEncoder(state: state, level: state.openCount).container(keyedBy: type)
  }

  mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
    _ = try? next()
    return ValueEncoder(state: state, level: state.openCount).unkeyedContainer()
  }

  mutating func superEncoder() -> any Encoder {
    _ = try? next()
    state.promise()
    return ValueEncoder(state: state, level: state.openCount)
  }
}
