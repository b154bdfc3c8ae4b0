// Part of Apus, Apache-2.0. See LICENSE.

/// The bytes and the position in them, shared by all containers.
final class DecoderState {
  @exclusivity(unchecked) var reader: ByteReader
  /// Where the map begins whose next entry the reader is at; -1 if it is at none.
  @exclusivity(unchecked) var current = -1
  /// The lists of the value in work that were begun and not read to their ends.
  @exclusivity(unchecked) var openLists = 0
  /// The entries of the map that was looked through last.
  @exclusivity(unchecked) private var entries: (map: Int, positions: [String: Int])?
  @exclusivity(unchecked) private var depth = 0
  /// The keys of maps that were asked for; nil if nobody wants to know.
  @exclusivity(unchecked) var askedKeys: Set<String>?

  init(_ reader: ByteReader) { self.reader = reader }

  /// A state of its own at another position.
  func copy(at position: Int) -> DecoderState {
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
  func restoring<Value>(_ read: (DecoderState) throws -> Value) throws -> Value {
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
  func beginMap(_ start: Int) throws -> Int {
    if current == start { return start }
    try restoring { state in
      state.reader.move(to: start)
      try state.reader.expect(.map)
    }
    current = start
    return start
  }

  /// Goes to the beginning of a value that is read anew in another way.
  func goBack(to start: Int) {
    reader.move(to: start)
    current = -1
  }

  /// Where the value of a key is, for a map whose next entry the reader is at, if that entry has the key.
  func nextValue(_ map: Int, _ key: String) -> Int? {
    current == map ? reader.positionBehind(key: key) : nil
  }

  /// The positions of a map's values by their keys; the first of a key counts.
  func positions(_ map: Int) throws -> [String: Int] {
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
  func at<Value>(
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
