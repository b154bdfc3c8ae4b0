// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire
import ApusWorkers

extension PlainValue {
  /// A value that cannot be handed to a Swift function.
  struct NotPlain: Error, CustomStringConvertible {
    var description: String
  }

  /// A value of Python, as it may be an argument of a Swift function.
  ///
  /// Arrays of NumPy with more than one dimension are lists of their rows.
  ///
  /// - Throws: ``NotPlain`` for objects of classes, and keys that are neither text nor integers.
  init(_ value: PickleValue) throws(NotPlain) {
    switch value {
    case .none: self = .null
    case .bool(let value): self = .bool(value)
    case .integer(let value): self = .integer(value)
    case .largeInteger(let bytes): self = try Self.wide(bytes)
    case .number(let value): self = .number(value)
    case .text(let value): self = .text(value)
    case .bytes(let value): self = .bytes(value)
    case .list(let values), .tuple(let values), .set(let values), .frozenSet(let values):
      self = .list(try Self.all(values))
    case .dictionary(let entries):
      var all: [PlainEntry] = []
      for entry in entries {
        all.append(PlainEntry(try Self.key(entry.key), try Self(entry.value)))
      }
      self = .map(all)
    case .array(let array): self = try Self.array(array)
    case .name, .object:
      throw NotPlain(
        description:
          "\(value.firstObject ?? "an object") is neither plain data nor an array of numbers")
    }
  }

  private static func all(_ values: [PickleValue]) throws(NotPlain) -> [PlainValue] {
    var all: [PlainValue] = []
    all.reserveCapacity(values.count)
    for value in values { all.append(try PlainValue(value)) }
    return all
  }

  private static func key(_ key: PickleValue) throws(NotPlain) -> String {
    switch key {
    case .text(let text): return text
    case .integer(let number): return "\(number)"
    default:
      throw NotPlain(description: "a dictionary has a key that is neither text nor an integer")
    }
  }

  private static func wide(_ bytes: [UInt8]) throws(NotPlain) -> PlainValue {
    if bytes.count == 17, bytes[16] == 0 {
      return .widest(bytes.prefix(16).reversed().reduce(0) { $0 << 8 | UInt128($1) })
    }
    guard bytes.count <= 16, let highest = bytes.last else {
      throw NotPlain(description: "an integer has more than 128 bits")
    }
    var value: UInt128 = highest >= 128 ? .max : 0
    for byte in bytes.reversed() { value = value << 8 | UInt128(byte) }
    return .wide(Int128(truncatingIfNeeded: value))
  }

  private static func array(_ array: PickledArray) throws(NotPlain) -> PlainValue {
    if array.shape.isEmpty { return try PlainValue(array.scalarValue) }
    // An array without elements may have any shape.
    guard array.shape.count <= 32, array.count > 0 || array.shape.allSatisfy({ $0 <= 1 << 20 }),
      array.count > 0 || array.shape.count <= 2
    else {
      throw NotPlain(description: "an array has too many dimensions, or too many without elements")
    }
    let rows = array.inCOrder
    return Self.rows(try flat(rows), shape: rows.shape[...])
  }

  /// All elements of an array.
  private static func flat(_ array: PickledArray) throws(NotPlain) -> PlainValue {
    switch array.type {
    case .bool: .list((array.integers ?? []).map { .bool($0 != 0) })
    case .uint8: .bytes(array.bytes)
    case .float64: .numbers(array.numbers ?? [])
    case .float32: .floats((array.numbers ?? []).map { Float($0) })
    default:
      array.integers.map { .integers($0) } ?? .words(array.words)
    }
  }

  private static func rows(_ flat: PlainValue, shape: ArraySlice<Int>) -> PlainValue {
    guard shape.count > 1, let count = shape.first else { return flat }
    let inner = shape.dropFirst()
    let size = inner.reduce(1, *)
    return .list((0..<count).map { rows(flat.part($0 * size..<($0 + 1) * size), shape: inner) })
  }

  private func part(_ range: Range<Int>) -> PlainValue {
    switch self {
    case .list(let values): .list(Array(values[range]))
    case .bytes(let values): .bytes(Array(values[range]))
    case .integers(let values): .integers(Array(values[range]))
    case .words(let values): .words(Array(values[range]))
    case .numbers(let values): .numbers(Array(values[range]))
    case .floats(let values): .floats(Array(values[range]))
    default: self
    }
  }
}

// MARK: - Results

extension PlainValue {
  /// The value as Python gets it: arrays of numbers as those of NumPy, structures as dictionaries, matrices as arrays of two
  /// dimensions.
  var pickle: PickleValue {
    switch self {
    case .null: .none
    case .bool(let value): .bool(value)
    case .integer(let value): .integer(value)
    case .wide(let value): .largeInteger(Self.bytes(of: value))
    case .widest(let value):
      .largeInteger((0..<16).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } + [0])
    case .number(let value): .number(value)
    case .text(let value): .text(value)
    case .bytes(let value): .bytes(value)
    case .integers(let values): .array(PickledArray(values))
    case .words(let values):
      PickledArray(shape: [values.count], type: .uint64, bytes: PickledArray.bytes(of: values))
        .map { .array($0) } ?? .none
    case .numbers(let values): .array(PickledArray(values))
    case .floats(let values):
      PickledArray(shape: [values.count], type: .float32, bytes: PickledArray.bytes(of: values))
        .map { .array($0) } ?? .none
    case .list(let values): .list(values.map(\.pickle))
    case .map(let entries):
      matrix(entries).map { .array($0) }
        ?? .dictionary(entries.map { PickleEntry(.text($0.key), $0.value.pickle) })
    }
  }

  private static func bytes(of value: Int128) -> [UInt8] {
    (0..<16).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } + [value < 0 ? 255 : 0]
  }

  /// The array of an encoded `Matrix`; nil for other entries.
  private func matrix(_ entries: [PlainEntry]) -> PickledArray? {
    guard entries.map(\.key) == ["rows", "columns", "elements"],
      case .integer(let rows) = entries[0].value, case .integer(let columns) = entries[1].value
    else { return nil }
    let (type, bytes): (PickledArray.ElementType, [UInt8])
    switch entries[2].value {
    case .numbers(let values): (type, bytes) = (.float64, PickledArray.bytes(of: values))
    case .floats(let values): (type, bytes) = (.float32, PickledArray.bytes(of: values))
    default: return nil
    }
    return PickledArray(shape: [rows, columns], type: type, isFortran: true, bytes: bytes)
  }
}
