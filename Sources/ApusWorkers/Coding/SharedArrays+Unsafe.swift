// Part of Apus, Apache-2.0. See LICENSE.
import ApusWorkerSystem

// Safety: The mapping lives as long as the object, which whoever reads it holds. Nothing writes to it while it is read: what is
// reused is copied before its writer is told. Places from outside are checked.

/// Long arrays of numbers in memory that processes of the host share: what a map's function has captured, or results of a worker.
final class SharedArrays: @unchecked Sendable {
  // Constant after `init`, and never written to.

  private let descriptor: Int32
  private let base: UnsafeMutableRawPointer
  /// The bytes that are mapped.
  let byteCount: Int
  /// Whether other arrays take their place when they have been read, so that what is kept must be copied.
  let isReused: Bool

  /// Maps memory that another process fills or has filled.
  init?(descriptor: Int32, byteCount: Int, isReused: Bool = false) {
    guard let mapped = apus_map_to_read(descriptor, byteCount) else { return nil }
    base = mapped
    self.descriptor = descriptor
    self.byteCount = byteCount
    self.isReused = isReused
  }

  deinit { apus_unmap(base, byteCount) }

  /// Whether there are so many numbers of so many bytes at a place.
  func contains(byteCount size: Int, at offset: Int, count: Int) -> Bool {
    offset >= 0 && offset % SharedArrayFile.smallAlignment == 0 && count >= 0
      && offset <= byteCount
      && count <= (byteCount - offset) / size
  }

  /// Some numbers, without a copy where that can be; nil if they are not all there.
  func array<Number: BitwiseCopyable>(_ type: Number.Type, at offset: Int, count: Int) -> [Number]?
  {
    guard let part = part(type, at: offset, count: count) else { return nil }
    if isReused { return Array(part) }
    return MappedArray.make(of: type, descriptor: descriptor, at: offset, count: count)
      ?? Array(part)
  }

  private func part<Number: BitwiseCopyable>(
    _ type: Number.Type, at offset: Int, count: Int
  ) -> UnsafeBufferPointer<Number>? {
    guard contains(byteCount: MemoryLayout<Number>.stride, at: offset, count: count) else {
      return nil
    }
    let start = UnsafeRawPointer(base + offset).assumingMemoryBound(to: type)
    return UnsafeBufferPointer(start: start, count: count)
  }
}

/// The side that places them: an unnamed file, which vanishes with the last process that has it.
package final class SharedArrayFile {
  /// Places are multiples of it, and of ``MappedArray/alignment`` where arrays stay in them.
  static let smallAlignment = 64
  /// Fewer bytes travel with the function.
  private static let fewest = 1 << 16

  /// Above so many bytes no more is placed behind others.
  private static let mostTogether = 256 << 20
  /// So many bytes or fewer stay with an emptied file for the next arrays.
  private static let mostKept = 64 << 20

  /// So many arrays stay in their places; each takes two mappings of a process, which are limited.
  private static let mostInPlace = 10_000

  private var placedCount = 0
  package private(set) var descriptor: Int32 = -1
  package private(set) var byteCount = 0
  /// Whether arrays are placed for one reader after the other, so that room is limited and used again.
  private let isReused: Bool
  private let isOwned: Bool

  /// A file of its own, made when something is placed.
  package init() { (isReused, isOwned) = (false, true) }

  /// A given file, whose room is used again.
  init(reusing descriptor: Int32) {
    self.descriptor = descriptor
    (isReused, isOwned) = (true, false)
  }

  deinit {
    if descriptor >= 0, isOwned { apus_close(descriptor) }
  }

  /// Takes over a file that another process has filled.
  func adopt(_ other: Int32, byteCount count: Int) { (descriptor, byteCount) = (other, count) }

  private var staysInPlace: Bool { !isReused && placedCount < Self.mostInPlace }

  /// Makes room again, when all that was placed has been read.
  func removeAll() {
    if byteCount > Self.mostKept { apus_discard(descriptor, 0, Int64(byteCount)) }
    byteCount = 0
  }

  /// Places bytes, and returns where; nil if they are few, or the system gives no memory.
  func place(_ bytes: UnsafeRawBufferPointer) -> Int? {
    guard bytes.count >= Self.fewest else { return nil }
    if isReused, byteCount > 0, byteCount + bytes.count > Self.mostTogether { return nil }
    if descriptor < 0 { descriptor = apus_memory(0) }
    // What is never written to takes no memory.
    let alignment = staysInPlace ? MappedArray.alignment : Self.smallAlignment
    let free = (byteCount + alignment - 1) / alignment * alignment
    let start = free + (staysInPlace ? alignment : 0)
    placedCount += 1
    guard descriptor >= 0, let base = bytes.baseAddress,
      apus_write_at(descriptor, base, bytes.count, Int64(start)) == 0
    else { return nil }
    byteCount = start + (bytes.count + alignment - 1) / alignment * alignment
    // A file that is used again never shrinks, and what was written at its end is all that there is to map.
    return isReused || apus_resize(descriptor, byteCount) == 0 ? start : nil
  }
}
