// Part of Apus, Apache-2.0. See LICENSE.

// Safety: Only values without references are copied as bytes, from memory that outlives the copy.

/// Appends values to bytes.
struct ByteWriter {
  private(set) var bytes: [UInt8] = []
  /// Takes long arrays of numbers, of which only the place is appended; nil to append all bytes.
  var shared: SharedArrayFile?

  mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

  @inline(__always)
  mutating func append(_ byte: UInt8) { bytes.append(byte) }

  @inline(__always)
  mutating func append(_ tag: BinaryTag) { bytes.append(tag.rawValue) }

  /// Appends a number as its bytes.
  @inline(__always)
  mutating func append<Number: BitwiseCopyable>(number: Number) {
    withUnsafeBytes(of: number) { bytes.append(contentsOf: $0) }
  }

  /// Appends the bytes of all numbers.
  mutating func append<Number: BitwiseCopyable>(numbers: [Number]) {
    numbers.withUnsafeBytes { bytes.append(contentsOf: $0) }
  }

  mutating func append(bytes more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }

  /// Appends a count of bytes and UTF-8.
  mutating func append(text: String) {
    var text = text
    text.withUTF8 { utf8 in
      append(number: UInt64(utf8.count))
      bytes.append(contentsOf: utf8)
    }
  }
}
