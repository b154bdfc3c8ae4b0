// Part of Apus, Apache-2.0. See LICENSE.

// Safety: A value is taken for one of another type only after both types were found to be the same.

/// A value whose type is known to be another name for the wanted one; a cast would look that up again.
@inline(__always)
private func same<Value, Wanted>(_ value: Value, _ type: Wanted.Type) -> Wanted {
  unsafeBitCast(value, to: type)
}

/// The commonest values, which need no container.
extension ByteWriter {
  /// Appends a value if its type is one of these; returns whether it is.
  @inline(__always)
  mutating func append<Value>(common value: Value) -> Bool {
    if Value.self == Int.self {
      append(.signed)
      append(number: Int64(same(value, Int.self)))
    } else if Value.self == Double.self {
      append(.double)
      append(number: same(value, Double.self))
    } else if Value.self == String.self {
      append(.string)
      append(text: same(value, String.self))
    } else if Value.self == Bool.self {
      append(same(value, Bool.self) ? .yes : .no)
    } else if Value.self == [Double].self {
      append(array: same(value, [Double].self))
    } else if Value.self == [Int].self {
      append(array: same(value, [Int].self))
    } else if Value.self == [UInt8].self {
      append(array: same(value, [UInt8].self))
    } else if Value.self == [Float].self {
      append(array: same(value, [Float].self))
    } else if Value.self == [UInt64].self {
      append(array: same(value, [UInt64].self))
    } else if Value.self == [UInt32].self {
      append(array: same(value, [UInt32].self))
    } else if Value.self == [Int32].self {
      append(array: same(value, [Int32].self))
    } else {
      return false
    }
    return true
  }

  private mutating func append<Number: BinaryNumber>(array values: [Number]) {
    if shared != nil, values.withUnsafeBufferPointer({ append(shared: $0) }) { return }
    append(.numbers)
    append(Number.kind)
    append(number: UInt64(values.count))
    append(numbers: values)
  }
}

extension ByteWriter {
  /// Places numbers in shared memory and appends where; false if they are few, or there is no room.
  mutating func append<Number: BinaryNumber>(shared values: UnsafeBufferPointer<Number>) -> Bool {
    guard let offset = shared?.place(UnsafeRawBufferPointer(values)) else { return false }
    append(.shared)
    append(Number.kind)
    append(number: UInt64(values.count))
    append(number: UInt64(offset))
    return true
  }
}

extension ByteReader {
  /// Where the numbers are that the next value names.
  mutating func sharedPlace(
    _ type: any BinaryNumber.Type
  ) throws -> (arrays: SharedArrays, offset: Int, count: Int) {
    try expect(.shared)
    guard try byte() == type.kind, let count = Int(exactly: try number(UInt64.self)),
      let offset = Int(exactly: try number(UInt64.self)), let shared,
      shared.contains(byteCount: type.byteCount, at: offset, count: count)
    else {
      throw ByteReader.Malformed(description: "there are no such numbers in shared memory")
    }
    return (shared, offset, count)
  }

  private mutating func sharedPart<Number: BinaryNumber>(_ type: Number.Type) throws -> [Number] {
    let (arrays, offset, count) = try sharedPlace(type)
    return withExtendedLifetime(arrays) {
      arrays.part(type, at: offset, count: count).map { Array($0) } ?? []
    }
  }

  /// The value, if its type is one of these; nil for other types.
  @inline(__always)
  mutating func common<Value>(as type: Value.Type) throws -> Value? {
    if type == Int.self { return same(try integer(Int.self), type) }
    if type == Double.self { return same(try double(), type) }
    if type == String.self { return same(try string(), type) }
    if type == [Double].self { return same(try array(Double.self), type) }
    if type == [Int].self { return same(try array(Int.self), type) }
    if type == [UInt8].self { return same(try array(UInt8.self), type) }
    if type == [Float].self { return same(try array(Float.self), type) }
    if type == [UInt64].self { return same(try array(UInt64.self), type) }
    if type == [UInt32].self { return same(try array(UInt32.self), type) }
    if type == [Int32].self { return same(try array(Int32.self), type) }
    return nil
  }

  private mutating func array<Number: BinaryNumber>(_ type: Number.Type) throws -> [Number] {
    if try peek() == BinaryTag.shared.rawValue { return try sharedPart(type) }
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
