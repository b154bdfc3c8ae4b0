// Part of Apus, Apache-2.0. See LICENSE.

// Safety: Each read is checked against the count of bytes; only values for which all bits are valid are made from bytes.

/// Reads values from bytes and refuses to read beyond their end.
struct ByteReader {
  /// The bytes ended, or do not hold what was wanted.
  struct Malformed: Error, CustomStringConvertible {
    var description: String
  }

  let bytes: [UInt8]
  /// Where long arrays of numbers are; nil if all bytes are here.
  var shared: SharedArrays?
  /// Whether numbers of other types than those wanted are converted: they come from a program in another language.
  var converts = false
  private(set) var position: Int
  private(set) var end: Int

  init(_ bytes: [UInt8], shared: SharedArrays? = nil) {
    self.bytes = bytes
    self.shared = shared
    position = 0
    end = bytes.count
  }

  /// A part of another reader's bytes.
  private init(_ other: ByteReader, from position: Int, to end: Int) {
    bytes = other.bytes
    shared = other.shared
    converts = other.converts
    self.position = position
    self.end = end
  }

  /// A reader of the next bytes alone, which are passed over here.
  mutating func part(_ count: Int) throws -> ByteReader {
    guard count >= 0, count <= end - position else {
      throw Malformed(description: "it ends within a part")
    }
    defer { position += count }
    return ByteReader(self, from: position, to: position + count)
  }

  /// Ends this reader with the next bytes; returns where it ended before, for ``endPart(_:)``.
  @inline(__always)
  mutating func beginPart(_ count: Int) throws -> (part: Int, all: Int) {
    guard count >= 0, count <= end - position else {
      throw Malformed(description: "it ends within a part")
    }
    defer { end = position + count }
    return (position + count, end)
  }

  /// Calls a closure with the next bytes alone, which are passed over thereafter.
  mutating func withPart<Output>(
    _ count: Int, _ body: (inout ByteReader) throws -> Output
  ) throws -> Output {
    let ends = try beginPart(count)
    defer { endPart(ends) }
    return try body(&self)
  }

  /// Passes over the rest of a part.
  @inline(__always)
  mutating func endPart(_ ends: (part: Int, all: Int)) { (position, end) = ends }

  /// A reader of the last bytes alone, which are no longer read here.
  mutating func cut(_ count: Int) throws -> ByteReader {
    guard count >= 0, count <= end - position else {
      throw Malformed(description: "it ends before its last part")
    }
    end -= count
    return ByteReader(self, from: end, to: end + count)
  }

  /// The number of bytes that are left.
  var unreadCount: Int { end - position }

  var isAtEnd: Bool { position >= end }

  @inline(__always)
  mutating func byte() throws -> UInt8 {
    guard position < end else { throw Malformed(description: "it ends too early") }
    defer { position += 1 }
    return bytes[position]
  }

  /// Whether a value of a kind begins at a position.
  @inline(__always)
  func holds(_ tag: BinaryTag, at position: Int) -> Bool {
    position < end && bytes[position] == tag.rawValue
  }

  /// The next byte, which stays.
  @inline(__always)
  func peek() throws -> UInt8 {
    guard position < end else { throw Malformed(description: "it ends too early") }
    return bytes[position]
  }

  @inline(__always)
  mutating func number<Number: BitwiseCopyable>(_ type: Number.Type = Number.self) throws -> Number
  {
    let size = MemoryLayout<Number>.size
    guard end - position >= size else { throw Malformed(description: "it ends within a number") }
    defer { position += size }
    return bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: position, as: Number.self) }
  }

  mutating func numbers<Number: BitwiseCopyable>(count: Int) throws -> [Number] {
    let (size, overflows) = count.multipliedReportingOverflow(by: MemoryLayout<Number>.stride)
    guard count >= 0, !overflows, size <= end - position else {
      throw Malformed(description: "it ends within numbers")
    }
    defer { position += size }
    return [Number](unsafeUninitializedCapacity: count) { buffer, initialized in
      bytes.withUnsafeBytes { source in
        let part = UnsafeRawBufferPointer(rebasing: source[position..<position + size])
        UnsafeMutableRawBufferPointer(buffer).copyMemory(from: part)
      }
      initialized = count
    }
  }

  /// The next bytes.
  mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
    guard count >= 0, count <= end - position else {
      throw Malformed(description: "it ends within bytes")
    }
    defer { position += count }
    return bytes[position..<position + count]
  }

  /// A count of bytes and UTF-8.
  mutating func text() throws -> String {
    guard let count = Int(exactly: try number(UInt64.self)) else {
      throw Malformed(description: "a text is too long")
    }
    let part = try take(count)
    guard let text = String(validating: part, as: UTF8.self) else {
      throw Malformed(description: "a text is not UTF-8")
    }
    return text
  }

  /// Where what follows a key begins, if the key is next as a tagged text.
  @inline(__always)
  func positionBehind(key: String) -> Int? {
    var key = key
    return key.withUTF8 { utf8 in
      let start = position + 9
      guard end - start >= utf8.count, bytes[position] == BinaryTag.string.rawValue else {
        return nil
      }
      return bytes.withUnsafeBytes { bytes in
        let count = bytes.loadUnaligned(fromByteOffset: position + 1, as: UInt64.self)
        guard count == UInt64(utf8.count) else { return nil }
        for index in utf8.indices where utf8[index] != bytes[start + index] { return nil }
        return start + utf8.count
      }
    }
  }

  /// Goes on at another position, which was reached before.
  mutating func move(to position: Int) { self.position = position }

  /// The bytes that are left, which stay.
  var unread: ArraySlice<UInt8> { bytes[position..<end] }

  /// All bytes that are left.
  mutating func rest() -> [UInt8] {
    defer { position = end }
    return Array(bytes[min(position, end)..<end])
  }
}
