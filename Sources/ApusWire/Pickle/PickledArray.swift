// Part of Apus, Apache-2.0. See LICENSE.

/// An array of NumPy: its shape, the type of its elements, and their bytes.
package struct PickledArray: Sendable, Equatable {
  /// The type of elements, as NumPy writes it without the order of bytes.
  package enum ElementType: String, Sendable, CaseIterable {
    case bool = "b1"
    case int8 = "i1"
    case int16 = "i2"
    case int32 = "i4"
    case int64 = "i8"
    case uint8 = "u1"
    case uint16 = "u2"
    case uint32 = "u4"
    case uint64 = "u8"
    case float32 = "f4"
    case float64 = "f8"

    /// The name of the type of NumPy's scalars.
    package var scalarName: String {
      switch self {
      case .bool: "bool_"
      default: "\(self)"
      }
    }

    /// The bytes of an element.
    package var size: Int {
      switch self {
      case .bool, .int8, .uint8: 1
      case .int16, .uint16: 2
      case .int32, .uint32, .float32: 4
      case .int64, .uint64, .float64: 8
      }
    }
  }

  /// The extents; empty for a scalar.
  package let shape: [Int]
  package let type: ElementType
  /// Whether the first index runs fastest, as in Fortran; else the last one does.
  package let isFortran: Bool
  /// The elements, each with its lowest byte first.
  package let bytes: [UInt8]

  /// - Returns: nil if there are not as many bytes as the shape says, or an extent is negative.
  package init?(shape: [Int], type: ElementType, isFortran: Bool = false, bytes: [UInt8]) {
    guard let count = Self.count(shape), count <= bytes.count, count * type.size == bytes.count
    else { return nil }
    (self.shape, self.type, self.isFortran, self.bytes) = (shape, type, isFortran, bytes)
  }

  /// An array of one dimension.
  package init(_ numbers: [Double]) {
    (shape, type, isFortran) = ([numbers.count], .float64, false)
    bytes = Self.bytes(of: numbers)
  }

  /// An array of one dimension.
  package init(_ integers: [Int]) {
    (shape, type, isFortran) = ([integers.count], .int64, false)
    bytes = Self.bytes(of: integers)
  }

  /// A scalar.
  ///
  /// - Returns: nil if the value is no number of the type.
  init?(scalar value: PickleValue, _ type: ElementType) {
    guard let bytes = Self.bytes(ofScalar: value, type) else { return nil }
    self.init(shape: [], type: type, bytes: bytes)
  }

  private static func bytes(ofScalar value: PickleValue, _ type: ElementType) -> [UInt8]? {
    switch (type, value) {
    case (.float64, .number(let number)): return bytes(of: [number])
    case (.float32, .number(let number)): return bytes(of: [Float(number)])
    case (.uint64, .largeInteger(let bytes)):
      return bytes.count == 9 && bytes[8] == 0 ? Array(bytes.prefix(8)) : nil
    case (.float64, _), (.float32, _): return nil
    case (.bool, .bool(let truth)): return [truth ? 1 : 0]
    case (.bool, _): return nil
    default:
      guard case .integer(let integer) = value else { return nil }
      let all = bytes(of: [integer])
      let array = PickledArray(shape: [], type: type, bytes: Array(all.prefix(type.size)))
      return array?.integers == [integer] ? array?.bytes : nil
    }
  }

  /// The value of a scalar as Python's own types have it.
  package var scalarValue: PickleValue {
    switch type {
    case .bool: .bool(bytes != [0])
    case .float32, .float64: .number(numbers?.first ?? .nan)
    default:
      integers?.first.map { .integer($0) } ?? .largeInteger(bytes + [0])
    }
  }

  /// The number of elements.
  package var count: Int { bytes.count / type.size }

  /// The elements in the order of their bytes, as doubles; nil if an integer is not exact as one.
  ///
  /// - Complexity: O(bytes).
  package var numbers: [Double]? {
    switch type {
    case .float64: elements(of: Double.self)
    case .float32: elements(of: Float.self).map { Double($0) }
    case .uint64: exact(elements(of: UInt64.self).map { Double(exactly: $0) })
    default:
      integers.flatMap { integers in
        integers.allSatisfy { Int(exactly: Double($0)) == $0 } ? integers.map { Double($0) } : nil
      }
    }
  }

  /// The elements in the order of their bytes, as integers; nil for fractions and what is too large.
  ///
  /// - Complexity: O(bytes).
  package var integers: [Int]? {
    switch type {
    case .float32, .float64: nil
    case .bool: bytes.map { $0 == 0 ? 0 : 1 }
    case .uint8: bytes.map { Int($0) }
    case .uint16: elements(of: UInt16.self).map { Int($0) }
    case .uint32: elements(of: UInt32.self).map { Int($0) }
    case .uint64: whole(elements(of: UInt64.self))
    case .int8: elements(of: Int8.self).map { Int($0) }
    case .int16: elements(of: Int16.self).map { Int($0) }
    case .int32: elements(of: Int32.self).map { Int($0) }
    case .int64: elements(of: Int.self)
    }
  }

  /// The same array with the last index running fastest.
  ///
  /// - Complexity: O(bytes).
  package var inCOrder: PickledArray {
    guard isFortran, shape.count > 1 else { return self }
    var ordered: [UInt8] = []
    ordered.reserveCapacity(bytes.count)
    var index = shape.map { _ in 0 }
    for _ in 0..<count {
      let place = zip(index, shape).reversed().reduce(0) { $0 * $1.1 + $1.0 } * type.size
      ordered += bytes[place..<place + type.size]
      for axis in shape.indices.reversed() {
        index[axis] += 1
        if index[axis] < shape[axis] { break }
        index[axis] = 0
      }
    }
    return PickledArray(shape: shape, type: type, bytes: ordered) ?? self
  }

  /// The elements of an array of `uint64` in the order of their bytes; those of others are taken for such.
  package var words: [UInt64] { elements(of: UInt64.self) }

  private func exact(_ numbers: [Double?]) -> [Double]? {
    numbers.contains(nil) ? nil : numbers.compactMap { $0 }
  }

  private func whole(_ words: [UInt64]) -> [Int]? {
    words.allSatisfy { $0 <= UInt64(Int.max) } ? words.map { Int($0) } : nil
  }

  private static func count(_ shape: [Int]) -> Int? {
    var count = 1
    for extent in shape {
      let (product, overflows) = count.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflows else { return nil }
      count = product
    }
    return count <= Int.max / 16 ? count : nil
  }
}
