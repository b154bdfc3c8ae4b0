// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The memory of matrices: elements side by side, aligned to cache lines when there are many.
@usableFromInline
final class MatrixStorage<Element: MatrixScalar>: @unchecked Sendable {
  // A matrix writes only while it alone refers to its storage.

  @usableFromInline let base: UnsafeMutablePointer<Element>
  @usableFromInline let count: Int

  /// Memory from which on the system is asked for large pages, in bytes.
  private static var largePages: Int { 4 << 20 }

  /// Uninitialised memory: who makes it fills it.
  @usableFromInline
  init(count: Int) {
    let byteCount = max(count, 1) * MemoryLayout<Element>.stride
    // Swift's own allocation would ask for an alignment each time, which takes twice as long.
    guard
      let memory = byteCount < 4096
        ? malloc(byteCount) : aligned_alloc(64, byteCount.rounded(upTo: 64))
    else { preconditionFailure("There is no memory for a matrix of \(count) elements.") }
    base = memory.bindMemory(to: Element.self, capacity: max(count, 1))
    self.count = count
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

  deinit { free(base) }
}
