// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

// Safety: Storage owns its memory and frees it in deinit, or keeps an array whose elements it points to and that nobody changes.
// The caller must fill it before reading it, and write only to storage that has no other reference and no array.

/// The memory of a matrix: contiguous elements, aligned to cache lines unless they are few.
@usableFromInline
final class MatrixStorage<Element: BlockScalar>: @unchecked Sendable {
  // A matrix writes only to storage that no other matrix refers to.

  @usableFromInline let base: UnsafeMutablePointer<Element>
  @usableFromInline let count: Int
  /// The array whose elements these are; nil for memory of its own.
  @usableFromInline let array: [Element]?

  /// The size in bytes at and above which the system is asked for huge pages.
  private static var largePages: Int { 4 << 20 }

  /// Allocates uninitialised memory, which the caller must fill.
  @usableFromInline
  init(count: Int) {
    let byteCount = max(count, 1) * MemoryLayout<Element>.stride
    // Swift's own allocation would request an alignment each time, which takes twice as long.
    guard
      let memory = byteCount < 4096
        ? malloc(byteCount) : aligned_alloc(64, byteCount.roundedUp(toMultipleOf: 64))
    else { fatalError("There is not enough memory for a matrix of \(count) elements.") }
    base = memory.bindMemory(to: Element.self, capacity: max(count, 1))
    self.count = count
    array = nil
    #if os(Linux)
      if byteCount >= Self.largePages {
        let page = 1 << 21
        let start = (UInt(bitPattern: memory) + UInt(page) - 1) & ~UInt(page - 1)
        let end = UInt(bitPattern: memory) + UInt(byteCount)
        if end > start, let first = UnsafeMutableRawPointer(bitPattern: start) {
          madvise(first, Int(end - start), MADV_HUGEPAGE)
        }
      }
    #endif
  }

  /// The elements of an array, which are read where they are.
  init(reading array: [Element]) {
    // An array's elements stay where they are as long as the array does.
    guard let start = array.withUnsafeBufferPointer({ $0.baseAddress }) else {
      fatalError("the array has elements")
    }
    base = UnsafeMutablePointer(mutating: start)
    count = array.count
    self.array = array
  }

  deinit {
    if array == nil { free(base) }
  }
}
