// Part of Apus, Apache-2.0. See LICENSE.

// Safety: A value is taken for one of another type only after both types were found to be the same.

/// A value whose type is known to be another name for the wanted one; a cast would look that up again.
@inline(__always)
private func same<Value, Wanted>(_ value: Value, _ type: Wanted.Type) -> Wanted {
  unsafeBitCast(value, to: type)
}

/// A type whose values need no container.
enum CommonKind {
  case int, double, string, bool, word
  case doubles, ints, bytes, floats, words, smallWords, smallInts

  /// - Returns: nil for other types.
  @inline(__always)
  init?<Value>(_ type: Value.Type) {
    if type == Int.self {
      self = .int
    } else if type == Double.self {
      self = .double
    } else if type == String.self {
      self = .string
    } else if type == Bool.self {
      self = .bool
    } else if type == UInt64.self {
      self = .word
    } else if type == [Double].self {
      self = .doubles
    } else if type == [Int].self {
      self = .ints
    } else if type == [UInt8].self {
      self = .bytes
    } else if type == [Float].self {
      self = .floats
    } else if type == [UInt64].self {
      self = .words
    } else if type == [UInt32].self {
      self = .smallWords
    } else if type == [Int32].self {
      self = .smallInts
    } else {
      return nil
    }
  }
}

/// A value that needs no container, by its type: for loops that know it.
protocol CommonValue {
  func append(to writer: ByteWriter)
  init(_ reader: inout ByteReader) throws
}

extension Int: CommonValue {
  @inline(__always) func append(to writer: ByteWriter) {
    writer.append(.signed)
    writer.append(number: Int64(self))
  }
  @inline(__always) init(_ reader: inout ByteReader) throws { self = try reader.integer(Int.self) }
}

extension UInt64: CommonValue {
  @inline(__always) func append(to writer: ByteWriter) {
    writer.append(.unsigned)
    writer.append(number: self)
  }
  @inline(__always) init(_ reader: inout ByteReader) throws {
    self = try reader.integer(UInt64.self)
  }
}

extension Double: CommonValue {
  @inline(__always) func append(to writer: ByteWriter) {
    writer.append(.double)
    writer.append(number: self)
  }
  @inline(__always) init(_ reader: inout ByteReader) throws { self = try reader.double() }
}

extension Bool: CommonValue {
  @inline(__always) func append(to writer: ByteWriter) { writer.append(self ? .yes : .no) }
  @inline(__always) init(_ reader: inout ByteReader) throws { self = try reader.truth() }
}

extension String: CommonValue {
  func append(to writer: ByteWriter) {
    writer.append(.string)
    writer.append(text: self)
  }
  init(_ reader: inout ByteReader) throws { self = try reader.string() }
}

extension Array: CommonValue where Element: BinaryNumber {
  func append(to writer: ByteWriter) { writer.append(array: self) }
  init(_ reader: inout ByteReader) throws { self = try reader.array(Element.self) }
}

extension ByteWriter {
  /// Appends a value if its type is one of these; returns whether it is.
  @inline(__always)
  func append<Value>(common value: Value) -> Bool {
    guard let kind = CommonKind(Value.self) else { return false }
    switch kind {
    case .int: same(value, Int.self).append(to: self)
    case .double: same(value, Double.self).append(to: self)
    case .string: same(value, String.self).append(to: self)
    case .bool: same(value, Bool.self).append(to: self)
    case .word: same(value, UInt64.self).append(to: self)
    case .doubles: append(array: same(value, [Double].self))
    case .ints: append(array: same(value, [Int].self))
    case .bytes: append(array: same(value, [UInt8].self))
    case .floats: append(array: same(value, [Float].self))
    case .words: append(array: same(value, [UInt64].self))
    case .smallWords: append(array: same(value, [UInt32].self))
    case .smallInts: append(array: same(value, [Int32].self))
    }
    return true
  }

  func append<Number: BinaryNumber>(array values: [Number]) {
    if shared != nil, values.withUnsafeBufferPointer({ append(shared: $0) }) { return }
    append(.numbers)
    append(Number.kind)
    append(number: UInt64(values.count))
    append(numbers: values)
  }
}

extension ByteWriter {
  /// Places numbers in shared memory and appends where; false if they are few, or there is no room.
  func append<Number: BinaryNumber>(shared values: UnsafeBufferPointer<Number>) -> Bool {
    guard let offset = shared?.place(UnsafeRawBufferPointer(values)) else { return false }
    append(.shared)
    append(Number.kind)
    append(number: UInt64(values.count))
    append(number: UInt64(offset))
    return true
  }
}

extension ByteReader {
  /// The numbers in shared memory whose place the next value names.
  private mutating func sharedArray<Number: BinaryNumber>(_ type: Number.Type) throws -> [Number] {
    try expect(.shared)
    guard try byte() == type.kind, let count = Int(exactly: try number(UInt64.self)),
      let offset = Int(exactly: try number(UInt64.self)),
      let array = shared?.array(type, at: offset, count: count)
    else {
      throw ByteReader.Malformed(description: "there are no such numbers in shared memory")
    }
    return array
  }

  /// A value of one of these types.
  @inline(__always)
  mutating func common<Value>(_ kind: CommonKind, as type: Value.Type) throws -> Value {
    switch kind {
    case .int: same(try Int(&self), type)
    case .double: same(try Double(&self), type)
    case .string: same(try String(&self), type)
    case .bool: same(try Bool(&self), type)
    case .word: same(try UInt64(&self), type)
    case .doubles: same(try array(Double.self), type)
    case .ints: same(try array(Int.self), type)
    case .bytes: same(try array(UInt8.self), type)
    case .floats: same(try array(Float.self), type)
    case .words: same(try array(UInt64.self), type)
    case .smallWords: same(try array(UInt32.self), type)
    case .smallInts: same(try array(Int32.self), type)
    }
  }

  mutating func array<Number: BinaryNumber>(_ type: Number.Type) throws -> [Number] {
    if try peek() == BinaryTag.shared.rawValue { return try sharedArray(type) }
    guard converts else { return try plainArray(type) }
    let isList = try peek() == BinaryTag.list.rawValue
    if try isList || peek() == BinaryTag.numbers.rawValue && numberKind() != Number.kind {
      return try convertedArray(type) { Number(exactly: $0) }
    }
    return try plainArray(type)
  }

  /// An array of exactly this kind, which is not in shared memory.
  mutating func plainArray<Number: BinaryNumber>(_ type: Number.Type) throws -> [Number] {
    try expect(.numbers)
    guard try byte() == Number.kind else {
      throw ByteReader.Malformed(description: "there are numbers of another kind")
    }
    guard let count = Int(exactly: try number(UInt64.self)) else {
      throw ByteReader.Malformed(description: "a count is too large")
    }
    return try numbers(count: count)
  }
}
