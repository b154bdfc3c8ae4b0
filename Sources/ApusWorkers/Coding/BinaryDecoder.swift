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
    _ type: Value.Type, from bytes: [UInt8], shared: SharedArrays?
  ) throws -> Value {
    var reader = ByteReader(bytes, shared: shared)
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
  @exclusivity(unchecked) var reader: ByteReader
  /// Where the map begins whose next entry the reader is at; -1 if it is at none.
  @exclusivity(unchecked) fileprivate var current = -1
  /// The lists of the value in work that were begun and not read to their ends.
  @exclusivity(unchecked) fileprivate var openLists = 0
  /// The entries of the map that was looked through last.
  @exclusivity(unchecked) private var entries: (map: Int, positions: [String: Int])?
  @exclusivity(unchecked) private var depth = 0

  init(_ reader: ByteReader) { self.reader = reader }

  /// A state of its own at another position.
  fileprivate func copy(at position: Int) -> DecoderState {
    let copy = DecoderState(reader)
    copy.reader.move(to: position)
    copy.depth = depth
    return copy
  }

  /// Decodes a value that takes all bytes of a reader; the state may be used again for the next.
  func decodeAll<Value: Decodable>(_ type: Value.Type, _ reader: inout ByteReader) throws -> Value {
    self.reader = reader
    (current, depth, openLists, entries) = (-1, 0, 0, nil)
    let value = try decode(type)
    try self.reader.expectEnd()
    reader.move(to: self.reader.position)
    return value
  }

  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    if let kind = CommonKind(type) { return try restoring { try $0.reader.common(kind, as: type) } }
    let (start, outer, outerLists) = (reader.position, current, openLists)
    depth += 1
    (current, openLists) = (-1, 0)
    defer {
      depth -= 1
      (current, openLists) = (outer, outerLists)
    }
    return try restoring { state in
      guard state.depth <= BinaryDecoder.deepest else {
        throw ByteReader.Malformed(description: "it is nested too deeply")
      }
      let value = try Value(from: ValueDecoder(state: state, start: start))
      try state.goBehindValue(start)
      return value
    }
  }

  /// Goes to behind a value, of which perhaps only a part was read, or nothing, as of one without properties.
  @inline(__always)
  private func goBehindValue(_ start: Int) throws {
    if openLists == 0, current == start, try reader.peek() == BinaryTag.end.rawValue {
      _ = try reader.byte()
    } else if openLists > 0 || current >= 0 || reader.position == start {
      reader.move(to: start)
      try skip()
    }
  }

  /// Reads, and returns to where it began if that fails, so that something else can be tried.
  @inline(__always)
  fileprivate func restoring<Value>(_ read: (DecoderState) throws -> Value) throws -> Value {
    let start = reader.position
    do {
      return try read(self)
    } catch {
      reader.move(to: start)
      throw error
    }
  }

  // MARK: Maps

  /// Begins to read the map of a value, or goes on with it.
  fileprivate func beginMap(_ start: Int) throws -> Int {
    if current == start { return start }
    try restoring { state in
      state.reader.move(to: start)
      try state.reader.expect(.map)
    }
    current = start
    return start
  }

  /// Goes to the beginning of a value that is read anew in another way.
  fileprivate func goBack(to start: Int) {
    reader.move(to: start)
    current = -1
  }

  /// Where the value of a key is, for a map whose next entry the reader is at, if that entry has the key.
  fileprivate func nextValue(_ map: Int, _ key: String) -> Int? {
    current == map ? reader.positionBehind(key: key) : nil
  }

  /// The positions of a map's values by their keys; the first of a key counts.
  fileprivate func positions(_ map: Int) throws -> [String: Int] {
    if let entries, entries.map == map { return entries.positions }
    let position = reader.position
    defer { reader.move(to: position) }
    reader.move(to: map)
    try reader.expect(.map)
    var found: [String: Int] = [:]
    while try reader.peek() != BinaryTag.end.rawValue {
      let key = try reader.string()
      if found[key] == nil { found[key] = reader.position }
      try skip()
    }
    entries = (map, found)
    return found
  }

  /// Reads elsewhere and returns.
  fileprivate func at<Value>(
    _ position: Int, _ read: (ValueDecoder) throws -> Value
  ) throws -> Value {
    let (behind, map) = (reader.position, current)
    reader.move(to: position)
    current = -1
    defer {
      reader.move(to: behind)
      current = map
    }
    return try read(ValueDecoder(state: self, start: position))
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
    guard let size = Self.size(ofKind: try reader.byte()),
      let count = Int(exactly: try reader.number(UInt64.self)), count <= reader.end
    else {
      throw ByteReader.Malformed(description: "there are numbers of an unknown kind")
    }
    _ = try reader.take(count * size)
  }

  private static func size(ofKind kind: UInt8) -> Int? {
    let types: [any BinaryNumber.Type] = [
      Double.self, Float.self, Int.self, UInt64.self, Int32.self, UInt32.self, UInt8.self,
      Int64.self,
    ]
    return types.first { $0.kind == kind }?.byteCount
  }
}

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
    if state.current == start { state.goBack(to: start) }
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

/// Reads a map: in the order in which it was written without a search, in any other order from the positions of its values.
private struct KeyedReader<Key: CodingKey>: KeyedDecodingContainerProtocol {
  private let state: DecoderState
  private let map: Int
  var codingPath: [any CodingKey] { [] }

  init(_ state: DecoderState, _ start: Int) throws {
    self.state = state
    map = try state.beginMap(start)
  }

  var allKeys: [Key] {
    let positions = (try? state.positions(map)) ?? [:]
    return positions.sorted { $0.value < $1.value }.compactMap { Key(stringValue: $0.key) }
  }

  func contains(_ key: Key) -> Bool {
    if state.nextValue(map, key.stringValue) != nil { return true }
    return (try? state.positions(map)[key.stringValue]) != nil
  }

  /// Reads the value of a key; if it is the next one, the reader is then at the entry behind it.
  @inline(__always)
  private func value<Value>(_ key: Key, _ read: (ValueDecoder) throws -> Value) throws -> Value {
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

private struct ListReader: UnkeyedDecodingContainer {
  private let state: DecoderState
  private(set) var currentIndex = 0
  private(set) var isAtEnd = false
  var count: Int? { nil }
  var codingPath: [any CodingKey] { [] }

  init(_ state: DecoderState, _ start: Int) throws {
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
