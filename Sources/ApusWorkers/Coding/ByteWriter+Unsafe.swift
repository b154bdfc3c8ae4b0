// Part of Apus, Apache-2.0. See LICENSE.

// Safety: The memory is the object's own, and larger than all that was appended; only values without references are copied as
// bytes.

/// Appends values to bytes.
final class ByteWriter {
  @exclusivity(unchecked) private var memory: UnsafeMutableRawPointer
  @exclusivity(unchecked) private var capacity = 256
  /// The number of bytes.
  @exclusivity(unchecked) private(set) var count = 0
  /// Takes long arrays of numbers, of which only the place is appended; nil to append all bytes.
  @exclusivity(unchecked) var shared: SharedArrayFile?

  init() { memory = .allocate(byteCount: capacity, alignment: 16) }

  deinit { memory.deallocate() }

  /// A copy of the bytes.
  var bytes: [UInt8] { withBytes { Array($0) } }

  /// Calls a closure with the bytes.
  @inline(__always)
  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    try body(UnsafeRawBufferPointer(start: memory, count: count))
  }

  /// Removes all bytes; memory beyond a few megabytes is given back.
  func removeAll() {
    count = 0
    if capacity > Self.mostKept { replaceMemory(256) }
  }

  private static let mostKept = 4 << 20

  /// Takes back what was appended after there were so many bytes.
  func truncate(to count: Int) {
    precondition(count <= self.count, "Only what was appended can be taken back.")
    self.count = count
  }

  @inline(__always)
  func append(_ byte: UInt8) {
    if count == capacity { grow(by: 1) }
    (memory + count).storeBytes(of: byte, as: UInt8.self)
    count += 1
  }

  @inline(__always)
  func append(_ tag: BinaryTag) { append(tag.rawValue) }

  /// Appends a number as its bytes.
  @inline(__always)
  func append<Number: BitwiseCopyable>(number: Number) {
    let size = MemoryLayout<Number>.size
    if capacity - count < size { grow(by: size) }
    (memory + count).storeBytes(of: number, as: Number.self)
    count += size
  }

  /// Puts a number in the place of one that was appended at a position.
  @inline(__always)
  func replace<Number: BitwiseCopyable>(at position: Int, with number: Number) {
    precondition(
      position >= 0 && position <= count - MemoryLayout<Number>.size, "There is no such number.")
    (memory + position).storeBytes(of: number, as: Number.self)
  }

  /// A byte and the eight bytes after it, of what was appended.
  @inline(__always)
  func tagAndWord(at position: Int) -> (tag: UInt8, bits: UInt64) {
    precondition(position >= 0 && position + 9 <= count, "There is no such word.")
    return (
      memory.load(fromByteOffset: position, as: UInt8.self),
      memory.loadUnaligned(fromByteOffset: position + 1, as: UInt64.self)
    )
  }

  /// Appends the bytes of all numbers.
  func append<Number: BitwiseCopyable>(numbers: [Number]) {
    numbers.withUnsafeBytes { append(raw: $0) }
  }

  func append(bytes more: [UInt8]) { more.withUnsafeBytes { append(raw: $0) } }

  func append(bytes more: ArraySlice<UInt8>) { more.withUnsafeBytes { append(raw: $0) } }

  /// Appends a count of bytes and UTF-8.
  func append(text: String) {
    var text = text
    text.withUTF8 { utf8 in
      append(number: UInt64(utf8.count))
      append(raw: UnsafeRawBufferPointer(utf8))
    }
  }

  @inline(__always)
  private func append(raw: UnsafeRawBufferPointer) {
    guard let base = raw.baseAddress else { return }
    if capacity - count < raw.count { grow(by: raw.count) }
    (memory + count).copyMemory(from: base, byteCount: raw.count)
    count += raw.count
  }

  @inline(never)
  private func grow(by byteCount: Int) {
    replaceMemory(max(2 * capacity, count + byteCount))
  }

  private func replaceMemory(_ byteCount: Int) {
    let other = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 16)
    other.copyMemory(from: memory, byteCount: count)
    memory.deallocate()
    memory = other
    capacity = byteCount
  }
}
