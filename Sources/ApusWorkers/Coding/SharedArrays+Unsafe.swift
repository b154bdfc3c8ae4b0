// Part of Apus, Apache-2.0. See LICENSE.
import ApusWorkerSystem

// Safety: The mapping lives as long as the object, which whoever reads it holds; nothing writes to it. Places from outside are
// checked.

/// Long arrays of numbers that a map's function has captured, in memory that all workers of the host read.
final class SharedArrays: @unchecked Sendable {
  // Constant after `init`, and never written to.

  private let base: UnsafeMutableRawPointer
  private let byteCount: Int

  /// Maps the memory that a worker was given.
  init?(descriptor: Int32, byteCount: Int) {
    guard let mapped = apus_map_to_read(descriptor, byteCount) else { return nil }
    base = mapped
    self.byteCount = byteCount
  }

  deinit { apus_unmap(base, byteCount) }

  /// Whether there are so many numbers of so many bytes at a place.
  func contains(byteCount size: Int, at offset: Int, count: Int) -> Bool {
    offset >= 0 && offset % SharedArrayFile.alignment == 0 && count >= 0 && offset <= byteCount
      && count <= (byteCount - offset) / size
  }

  /// Some numbers; nil if they are not all there.
  func part<Number: BitwiseCopyable>(
    _ type: Number.Type, at offset: Int, count: Int
  ) -> UnsafeBufferPointer<Number>? {
    guard contains(byteCount: MemoryLayout<Number>.stride, at: offset, count: count) else {
      return nil
    }
    let start = UnsafeRawPointer(base + offset).assumingMemoryBound(to: type)
    return UnsafeBufferPointer(start: start, count: count)
  }
}

/// The pool's side of it: an unnamed file, which vanishes with the last process that has it.
final class SharedArrayFile {
  /// Places are multiples of it.
  static let alignment = 64
  /// Fewer bytes travel with the function.
  private static let fewest = 1 << 16

  private(set) var descriptor: Int32 = -1
  private(set) var byteCount = 0

  deinit {
    if descriptor >= 0 { apus_close(descriptor) }
  }

  /// Places bytes, and returns where; nil if they are few, or the system gives no memory.
  func place(_ bytes: UnsafeRawBufferPointer) -> Int? {
    guard bytes.count >= Self.fewest else { return nil }
    if descriptor < 0 { descriptor = apus_memory(0) }
    guard descriptor >= 0, let base = bytes.baseAddress,
      apus_write_at(descriptor, base, bytes.count, Int64(byteCount)) == 0
    else { return nil }
    let start = byteCount
    byteCount += (bytes.count + Self.alignment - 1) / Self.alignment * Self.alignment
    return apus_resize(descriptor, byteCount) == 0 ? start : nil
  }
}
