// Part of Apus, Apache-2.0. See LICENSE.

// Programs in other languages do not know whether a function wants integers or floating-point numbers, or an array of which kind:
// what they send is converted if that is exact.

/// A number of the binary format before its type is known.
enum AnyNumber {
  case integer(Int128)
  case number(Double)

  /// The number as a double; nil if it would have to be rounded.
  var double: Double? {
    switch self {
    case .integer(let value): Double(exactly: value)
    case .number(let value): value
    }
  }

  /// The number as an integer; nil if it is of a floating-point type, whatever its value.
  func integer<Integer: FixedWidthInteger>(_ type: Integer.Type) -> Integer? {
    if case .integer(let value) = self { Integer(exactly: value) } else { nil }
  }
}

extension ByteReader {
  /// The next number, of whatever type.
  mutating func anyNumber() throws -> AnyNumber {
    switch BinaryTag(rawValue: try peek()) {
    case .double:
      _ = try tag()
      return .number(try number())
    case .float:
      _ = try tag()
      return .number(Double(try number(Float.self)))
    default: return .integer(try integer(Int128.self))
    }
  }

  /// The kind of the numbers in the array that is next, which stays.
  func numberKind() throws -> UInt8 {
    var copy = self
    _ = try copy.tag()
    return try copy.byte()
  }

  /// An array of another kind, or a list, whose elements are converted.
  mutating func convertedArray<Number>(
    _ type: Number.Type, _ convert: (AnyNumber) -> Number?
  ) throws -> [Number] {
    try anyNumbers().map { number in
      guard let value = convert(number) else {
        throw ByteReader.Malformed(description: "a number does not fit into \(Number.self)")
      }
      return value
    }
  }

  private mutating func anyNumbers() throws -> [AnyNumber] {
    if try peek() == BinaryTag.list.rawValue {
      _ = try tag()
      var numbers: [AnyNumber] = []
      while try !takeEnd() { numbers.append(try anyNumber()) }
      return numbers
    }
    return switch try numberKind() {
    case Double.kind: try plainArray(Double.self).map { .number($0) }
    case Float.kind: try plainArray(Float.self).map { .number(Double($0)) }
    case Int.kind: try plainArray(Int.self).map { .integer(Int128($0)) }
    case UInt64.kind: try plainArray(UInt64.self).map { .integer(Int128($0)) }
    case Int32.kind: try plainArray(Int32.self).map { .integer(Int128($0)) }
    case UInt32.kind: try plainArray(UInt32.self).map { .integer(Int128($0)) }
    case UInt8.kind: try plainArray(UInt8.self).map { .integer(Int128($0)) }
    case Int64.kind: try plainArray(Int64.self).map { .integer(Int128($0)) }
    default: throw ByteReader.Malformed(description: "there are numbers of an unknown kind")
    }
  }
}

/// The list or map that a value stands for whose type wants one.
extension DecoderState {
  /// An array of numbers as a list of them; nil if something else is at a position.
  func listOfNumbers(at start: Int) throws -> DecoderState? {
    guard reader.converts, reader.holds(.numbers, at: start) else { return nil }
    var reader = reader
    reader.move(to: start)
    let numbers = try PlainValue(&reader)
    self.reader.move(to: reader.position)
    return numbers.elements.map { DecoderState($0) }
  }

  /// Rows of numbers as the map that a matrix is encoded as; nil if something else is at a position.
  func matrix(at start: Int) throws -> DecoderState? {
    guard reader.converts, reader.holds(.list, at: start) else { return nil }
    var reader = reader
    reader.move(to: start)
    guard let matrix = try PlainValue(&reader).matrix else { return nil }
    self.reader.move(to: reader.position)
    return DecoderState(matrix)
  }

  private convenience init(_ value: PlainValue) {
    let writer = ByteWriter()
    value.append(to: writer)
    var reader = ByteReader(writer.bytes)
    reader.converts = true
    self.init(reader)
  }
}

extension PlainValue {
  /// A list of the numbers of an array; nil for other values.
  fileprivate var elements: PlainValue? {
    switch self {
    case .bytes(let values): .list(values.map { .integer(Int($0)) })
    case .integers(let values): .list(values.map { .integer($0) })
    case .words(let values): .list(values.map { .wide(Int128($0)) })
    case .numbers(let values): .list(values.map { .number($0) })
    case .floats(let values): .list(values.map { .number(Double($0)) })
    default: nil
    }
  }

  /// A row of a matrix.
  private var row: [Double]? {
    switch self {
    case .numbers(let values): return values
    case .floats(let values): return values.map { Double($0) }
    case .bytes(let values): return values.map { Double($0) }
    case .words(let values):
      let exact = values.compactMap { Double(exactly: $0) }
      return exact.count == values.count ? exact : nil
    case .integers(let values):
      let exact = values.compactMap { Double(exactly: $0) }
      return exact.count == values.count ? exact : nil
    case .list(let values):
      let numbers = values.compactMap(\.double)
      return numbers.count == values.count ? numbers : nil
    default: return nil
    }
  }

  private var double: Double? {
    switch self {
    case .number(let value): value
    case .integer(let value): Double(exactly: value)
    case .bool(let value): value ? 1 : 0
    default: nil
    }
  }

  /// The form in which `Matrix` is encoded, of a list of rows of the same length; nil for other values.
  fileprivate var matrix: PlainValue? {
    guard case .list(let values) = self else { return nil }
    let rows = values.compactMap(\.row)
    let width = rows.first?.count ?? 0
    guard rows.count == values.count, rows.allSatisfy({ $0.count == width }) else { return nil }
    var elements: [Double] = []
    elements.reserveCapacity(rows.count * width)
    for column in 0..<width { for row in rows { elements.append(row[column]) } }
    return .map([
      PlainEntry("rows", .integer(rows.count)), PlainEntry("columns", .integer(width)),
      PlainEntry("elements", .numbers(elements)),
    ])
  }
}
