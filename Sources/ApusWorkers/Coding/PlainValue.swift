// Part of Apus, Apache-2.0. See LICENSE.

/// Plain data in the binary format, for programs in other languages, which do not know a function's types.
package indirect enum PlainValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case integer(Int)
  /// An integer that may be beyond `Int`.
  case wide(Int128)
  /// One beyond `Int128`.
  case widest(UInt128)
  case number(Double)
  case text(String)
  case bytes([UInt8])
  case integers([Int])
  case words([UInt64])
  case numbers([Double])
  case floats([Float])
  case list([PlainValue])
  case map([PlainEntry])
}

/// A key of a map and its value.
package struct PlainEntry: Sendable, Equatable {
  package var key: String
  package var value: PlainValue

  package init(_ key: String, _ value: PlainValue) { (self.key, self.value) = (key, value) }
}

// MARK: - Writing

extension PlainValue {
  /// Appends the value as a type that holds it would be encoded.
  func append(to writer: ByteWriter) {
    switch self {
    case .null: writer.append(.null)
    case .bool(let value): value.append(to: writer)
    case .integer(let value): value.append(to: writer)
    case .wide(let value):
      writer.append(.wideSigned)
      writer.append(number: value)
    case .widest(let value):
      writer.append(.wideUnsigned)
      writer.append(number: value)
    case .number(let value): value.append(to: writer)
    case .text(let value): value.append(to: writer)
    case .bytes(let values): writer.append(array: values)
    case .integers(let values): writer.append(array: values)
    case .words(let values): writer.append(array: values)
    case .numbers(let values): writer.append(array: values)
    case .floats(let values): writer.append(array: values)
    case .list(let values):
      writer.append(.list)
      for value in values { value.append(to: writer) }
      writer.append(.end)
    case .map(let entries):
      writer.append(.map)
      for entry in entries {
        entry.key.append(to: writer)
        entry.value.append(to: writer)
      }
      writer.append(.end)
    }
  }
}

// MARK: - Reading

extension PlainValue {
  /// Reads a value that some type has encoded.
  ///
  /// - Throws: an error if the bytes hold none, or one that is nested more deeply than ``BinaryDecoder/deepest``.
  init(_ reader: inout ByteReader, depth: Int = 0) throws {
    guard depth <= BinaryDecoder.deepest else {
      throw ByteReader.Malformed(description: "it is nested too deeply")
    }
    switch BinaryTag(rawValue: try reader.peek()) {
    case .signed: self = .integer(try Int(&reader))
    case .unsigned, .wideSigned: self = Self.integer(try reader.integer(Int128.self))
    case .wideUnsigned:
      let value = try reader.integer(UInt128.self)
      self = Int128(exactly: value).map { Self.integer($0) } ?? .widest(value)
    case .no, .yes: self = .bool(try reader.truth())
    case .double: self = .number(try reader.double())
    case .string: self = .text(try reader.string())
    case .numbers, .shared: self = try Self.array(&reader)
    case .null:
      _ = try reader.tag()
      self = .null
    case .float:
      _ = try reader.tag()
      self = .number(Double(try reader.number(Float.self)))
    case .list:
      _ = try reader.tag()
      var values: [PlainValue] = []
      while try !reader.takeEnd() { values.append(try PlainValue(&reader, depth: depth + 1)) }
      self = .list(values)
    case .map:
      _ = try reader.tag()
      var entries: [PlainEntry] = []
      while try !reader.takeEnd() {
        let key = try reader.string()
        entries.append(PlainEntry(key, try PlainValue(&reader, depth: depth + 1)))
      }
      self = .map(entries)
    case .end, nil: throw ByteReader.Malformed(description: "there is no value")
    }
  }

  private static func integer(_ value: Int128) -> PlainValue {
    Int(exactly: value).map { .integer($0) } ?? .wide(value)
  }

  private static func array(_ reader: inout ByteReader) throws -> PlainValue {
    switch try reader.numberKind() {
    case Double.kind: .numbers(try reader.array(Double.self))
    case Float.kind: .floats(try reader.array(Float.self))
    case UInt8.kind: .bytes(try reader.array(UInt8.self))
    case UInt64.kind: .words(try reader.array(UInt64.self))
    case Int.kind: .integers(try reader.array(Int.self))
    default: .integers(try reader.convertedArray(Int.self) { $0.integer(Int.self) })
    }
  }
}

extension ByteReader {
  /// Passes over the end of a list or map; false if it goes on.
  mutating func takeEnd() throws -> Bool {
    guard try peek() == BinaryTag.end.rawValue else { return false }
    _ = try byte()
    return true
  }
}
