// Part of Apus, Apache-2.0. See LICENSE.

// Safety: The shape has been compared with the count of bytes; all bits are valid for numbers.

extension PickledArray {
  /// The elements as numbers of their own type, whose lowest byte comes first in memory too.
  func elements<Number: BitwiseCopyable>(of type: Number.Type) -> [Number] {
    let count = bytes.count / MemoryLayout<Number>.size
    return [Number](unsafeUninitializedCapacity: count) { buffer, initialized in
      UnsafeMutableRawBufferPointer(buffer).copyBytes(from: bytes)
      initialized = count
    }
  }

  /// The bytes of numbers.
  package static func bytes<Number: BitwiseCopyable>(of numbers: [Number]) -> [UInt8] {
    numbers.withUnsafeBytes { Array($0) }
  }
}
