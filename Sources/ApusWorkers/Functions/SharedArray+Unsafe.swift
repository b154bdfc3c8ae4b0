// Part of Apus, Apache-2.0. See LICENSE.

// Safety: The numbers are those of an array, or of shared memory that the value keeps mapped; nobody writes to either, because
// memory that is used again is copied.

/// A number of which there can be a ``SharedArray``.
public protocol SharedNumber: BitwiseCopyable, Codable, Sendable {}

extension Double: SharedNumber {}
extension Float: SharedNumber {}
extension Int: SharedNumber {}
extension Int32: SharedNumber {}
extension Int64: SharedNumber {}
extension UInt8: SharedNumber {}
extension UInt32: SharedNumber {}
extension UInt64: SharedNumber {}

/// Numbers that a remote function captures and that all worker processes of a host read without a copy.
///
/// Long arrays are placed once in memory that the workers share. A worker that decodes an `Array` of numbers copies it from there;
/// a `SharedArray` stays where it is, so that data of many gigabytes is in memory twice at most, for any number of workers.
///
/// ```swift
/// let numbers = SharedArray((0..<1_000_000).map { Double($0) })
/// print(numbers[3], numbers.count)  // 3.0 1000000
/// ```
/// It reads as an array does and cannot be changed. Outside of maps it is an array.
public struct SharedArray<Element: SharedNumber>: Sendable {
  private enum Storage: Sendable {
    case array([Element])
    case shared(SharedArrays, offset: Int, count: Int)
  }

  private let storage: Storage

  private init(storage: Storage) { self.storage = storage }

  /// Makes one from an array.
  public init(_ array: [Element]) { storage = .array(array) }

  /// Calls a closure with all numbers.
  ///
  /// - Complexity: O(1); nothing is copied.
  public func withUnsafeBufferPointer<Result>(
    _ body: (UnsafeBufferPointer<Element>) throws -> Result
  ) rethrows -> Result {
    switch storage {
    case .array(let array): return try array.withUnsafeBufferPointer(body)
    case .shared(let arrays, let offset, let count):
      return try withExtendedLifetime(arrays) {
        try body(
          arrays.part(Element.self, at: offset, count: count)
            ?? UnsafeBufferPointer(start: nil, count: 0))
      }
    }
  }
}

extension SharedArray: RandomAccessCollection {
  /// The position of the first number.
  public var startIndex: Int { 0 }

  /// The number of numbers.
  public var endIndex: Int {
    switch storage {
    case .array(let array): array.count
    case .shared(_, _, let count): count
    }
  }

  /// The number at a position.
  public subscript(index: Int) -> Element {
    withUnsafeBufferPointer { numbers in
      precondition(numbers.indices.contains(index), "There is no number \(index).")
      return numbers[index]
    }
  }

  /// Calls a closure with all numbers.
  public func withContiguousStorageIfAvailable<Result>(
    _ body: (UnsafeBufferPointer<Element>) throws -> Result
  ) rethrows -> Result? {
    try withUnsafeBufferPointer(body)
  }
}

extension SharedArray: Equatable where Element: Equatable {
  /// Whether both have the same numbers.
  public static func == (a: SharedArray, b: SharedArray) -> Bool {
    a.elementsEqual(b)
  }
}

extension SharedArray: Codable {
  /// Encodes the numbers as an array; on the way to a worker of this host, only where they are.
  public func encode(to encoder: any Encoder) throws {
    if let encoder = encoder as? ValueEncoder, let number = Element.self as? any BinaryNumber.Type,
      place(as: number, encoder.state)
    {
      return
    }
    var container = encoder.singleValueContainer()
    try container.encode(withUnsafeBufferPointer { Array($0) })
  }

  private func place<Number: BinaryNumber>(_ type: Number.Type, _ state: EncoderState) -> Bool {
    withUnsafeBufferPointer { numbers in
      numbers.withMemoryRebound(to: Number.self) { state.writer.append(shared: $0) }
    }
  }

  private func place(as type: any BinaryNumber.Type, _ state: EncoderState) -> Bool {
    func opened<Number: BinaryNumber>(_ type: Number.Type) -> Bool { place(type, state) }
    return opened(type)
  }

  /// Decodes numbers, from where they are if they are in shared memory.
  public init(from decoder: any Decoder) throws {
    if let decoder = decoder as? ValueDecoder, let number = Element.self as? any BinaryNumber.Type,
      try decoder.state.reader.peek() == BinaryTag.shared.rawValue
    {
      let (arrays, offset, count) = try decoder.state.reader.sharedPlace(number)
      let shared = Storage.shared(arrays, offset: offset, count: count)
      if arrays.isReused {
        storage = .array(Self(storage: shared).withUnsafeBufferPointer { Array($0) })
      } else {
        storage = shared
      }
      return
    }
    storage = .array(try decoder.singleValueContainer().decode([Element].self))
  }
}
