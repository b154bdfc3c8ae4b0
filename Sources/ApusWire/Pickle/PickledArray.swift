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
    bytes = numbers.flatMap { Self.bytes($0.bitPattern) }
  }

  /// An array of one dimension.
  package init(_ integers: [Int]) {
    (shape, type, isFortran) = ([integers.count], .int64, false)
    bytes = integers.flatMap { Self.bytes(UInt64(bitPattern: Int64($0))) }
  }

  /// The number of elements.
  package var count: Int { bytes.count / type.size }

  /// The elements in the order of their bytes, as doubles; nil if an integer is not exact as one.
  package var numbers: [Double]? {
    switch type {
    case .float64: words.map { Double(bitPattern: $0) }
    case .float32: words.map { Double(Float(bitPattern: UInt32($0))) }
    default:
      integers.flatMap { integers in
        integers.allSatisfy { Int(exactly: Double($0)) == $0 } ? integers.map { Double($0) } : nil
      }
    }
  }

  /// The elements in the order of their bytes, as integers; nil for fractions and what is too large.
  package var integers: [Int]? {
    switch type {
    case .float32, .float64: nil
    case .bool: words.map { $0 == 0 ? 0 : 1 }
    case .uint8, .uint16, .uint32: words.map { Int($0) }
    case .uint64: words.allSatisfy { $0 <= UInt64(Int.max) } ? words.map { Int($0) } : nil
    case .int8: words.map { Int(Int8(truncatingIfNeeded: $0)) }
    case .int16: words.map { Int(Int16(truncatingIfNeeded: $0)) }
    case .int32: words.map { Int(Int32(truncatingIfNeeded: $0)) }
    case .int64: words.map { Int(Int64(bitPattern: $0)) }
    }
  }

  /// The bytes of each element as a number.
  private var words: [UInt64] {
    stride(from: 0, to: bytes.count, by: type.size).map { start in
      (0..<type.size).reduce(0) { $0 | UInt64(bytes[start + $1]) << (8 * UInt64($1)) }
    }
  }

  private static func bytes(_ word: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * UInt64($0))) }
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
