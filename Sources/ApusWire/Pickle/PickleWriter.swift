// Part of Apus, Apache-2.0. See LICENSE.

/// Writes pickles of protocol 4, which Python 3.4 and later read.
package struct PickleWriter {
  private var bytes: [UInt8] = [PickleOpcode.proto.rawValue, 4]

  private init() {}

  /// The pickle of a value.
  ///
  /// Arrays become arrays of NumPy that can be written to. Names are looked up by Python: whoever sends one decides what is called.
  ///
  /// - Complexity: O(bytes).
  package static func pickle(_ value: PickleValue) -> [UInt8] {
    var writer = PickleWriter()
    writer.append(value)
    writer.append(.stop)
    return writer.bytes
  }

  private mutating func append(_ value: PickleValue) {
    switch value {
    case .none: append(PickleOpcode.none)
    case .bool(let value): append(value ? .newTrue : .newFalse)
    case .integer(let value): append(integer: value)
    case .largeInteger(let value): append(long: value)
    case .number(let value):
      append(.binFloat)
      append(value.bitPattern.byteSwapped, width: 8)
    case .text(let text): append(text: text)
    case .bytes(let value): append(.shortBinBytes, .binBytes8, value)
    case .list(let values):
      append(.emptyList)
      append(values, .appends)
    case .tuple(let values): append(tuple: values)
    case .dictionary(let entries):
      append(.emptyDict)
      append(entries.flatMap { [$0.key, $0.value] }, .setItems)
    case .set(let values):
      append(.emptySet)
      append(values, .addItems)
    case .frozenSet(let values):
      append(.mark)
      for value in values { append(value) }
      append(.frozenSet)
    case .array(let array): append(array: array)
    case .name(let name):
      append(text: name.module)
      append(text: name.name)
      append(.stackGlobal)
    case .object(let object): append(object)
    }
  }

  private mutating func append(_ object: PickledObject) {
    append(object.made)
    if object.form == .newWithKeywords, let parts = object.arguments.elements {
      for part in parts { append(part) }
      append(.newObjEx)
    } else {
      append(object.arguments)
      append(object.form == .new ? .newObj : .reduce)
    }
    append(object.items, .appends)
    append(object.entries.flatMap { [$0.key, $0.value] }, .setItems)
    if let state = object.state {
      append(state)
      append(.build)
    }
  }

  private mutating func append(_ opcode: PickleOpcode) { bytes.append(opcode.rawValue) }

  private mutating func append(_ number: UInt64, width: Int) {
    for byte in 0..<width { bytes.append(UInt8(truncatingIfNeeded: number >> (8 * UInt64(byte)))) }
  }

  private mutating func append(integer value: Int) {
    if let small = UInt8(exactly: value) {
      append(.binInt1)
      bytes.append(small)
    } else if let value = Int32(exactly: value) {
      append(.binInt)
      append(UInt64(UInt32(bitPattern: value)), width: 4)
    } else {
      let word = UInt64(bitPattern: Int64(value))
      append(long: (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * UInt64($0))) })
    }
  }

  private mutating func append(long value: [UInt8]) {
    if value.count < 256 {
      append(.long1)
      append(UInt64(value.count), width: 1)
    } else {
      append(.long4)
      append(UInt64(value.count), width: 4)
    }
    bytes += value
  }

  private mutating func append(text: String) {
    append(.shortBinUnicode, .binUnicode8, Array(text.utf8))
  }

  private mutating func append(_ short: PickleOpcode, _ long: PickleOpcode, _ value: [UInt8]) {
    if value.count < 256 {
      append(short)
      append(UInt64(value.count), width: 1)
    } else {
      append(long)
      append(UInt64(value.count), width: 8)
    }
    bytes += value
  }

  private mutating func append(_ values: [PickleValue], _ opcode: PickleOpcode) {
    if values.isEmpty { return }
    append(.mark)
    for value in values { append(value) }
    append(opcode)
  }

  private mutating func append(tuple values: [PickleValue]) {
    switch values.count {
    case 0: append(.emptyTuple)
    case 1...3:
      for value in values { append(value) }
      bytes.append(PickleOpcode.tuple1.rawValue + UInt8(values.count - 1))
    default:
      append(.mark)
      for value in values { append(value) }
      append(.tuple)
    }
  }

  /// `numpy.ndarray(shape, type, bytearray(bytes), 0, None, order)`: public names, the same in all versions of NumPy.
  ///
  /// A scalar is `numpy.float64(2.5)` and the like.
  private mutating func append(array: PickledArray) {
    if array.shape.isEmpty {
      append(
        PickledObject(
          made: .name(PickleName("numpy", array.type.scalarName)),
          arguments: .tuple([array.scalarValue])))
      return
    }
    let copy = PickledObject(
      made: .name(PickleName("builtins", "bytearray")), arguments: .tuple([.bytes(array.bytes)]))
    append(
      .object(
        PickledObject(
          made: .name(PickleName("numpy", "ndarray")),
          arguments: .tuple([
            .tuple(array.shape.map { .integer($0) }), .text("<" + array.type.rawValue),
            .object(copy), .integer(0), .none, .text(array.isFortran ? "F" : "C"),
          ]))))
  }
}
