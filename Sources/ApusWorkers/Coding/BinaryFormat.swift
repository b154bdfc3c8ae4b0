// Part of Apus, Apache-2.0. See LICENSE.

/// The tags of the binary format in which elements, captures and results travel between processes.
///
/// Each value begins with a tag, so that a reader can skip what it does not know and notices what does not fit. Lists and
/// maps end with a tag of their own. Numbers are little-endian; arrays of numbers are their bytes.
enum BinaryTag: UInt8 {
  case null = 0
  case no, yes
  /// Eight bytes each; smaller integers are widened.
  case signed, unsigned
  /// Sixteen bytes.
  case wideSigned, wideUnsigned
  case double, float
  /// A count of bytes and UTF-8.
  case string
  /// The kind of the elements, a count of elements, and their bytes.
  case numbers
  case list, map, end
  /// The kind of the elements, a count of elements, and where their bytes are in shared memory.
  case shared
}

/// A number that arrays of numbers are made of, copied as bytes.
protocol BinaryNumber: BitwiseCopyable {
  static var kind: UInt8 { get }
  /// A number of any type as one of this; nil if it does not fit.
  init?(exactly number: AnyNumber)
}

extension BinaryNumber {
  static var byteCount: Int { MemoryLayout<Self>.stride }
}

extension BinaryNumber where Self: FixedWidthInteger {
  init?(exactly number: AnyNumber) {
    guard let value = number.integer(Self.self) else { return nil }
    self = value
  }
}

extension Double: BinaryNumber {
  static var kind: UInt8 { 1 }
  init?(exactly number: AnyNumber) {
    guard let value = number.double else { return nil }
    self = value
  }
}
extension Float: BinaryNumber {
  static var kind: UInt8 { 2 }
  /// The nearest number: other languages have no smaller type than `Double`.
  init?(exactly number: AnyNumber) {
    guard let value = number.double else { return nil }
    self = Float(value)
  }
}
extension Int: BinaryNumber { static var kind: UInt8 { 3 } }
extension UInt64: BinaryNumber { static var kind: UInt8 { 4 } }
extension Int32: BinaryNumber { static var kind: UInt8 { 5 } }
extension UInt32: BinaryNumber { static var kind: UInt8 { 6 } }
extension UInt8: BinaryNumber { static var kind: UInt8 { 7 } }
extension Int64: BinaryNumber { static var kind: UInt8 { 8 } }
