// Part of Apus, Apache-2.0. See LICENSE.
import ApusWorkerSystem

// Safety: The mapping lives as long as the object; its users hold the object.

/// The memory that a pool shares with its workers; unnamed, so that nothing of it can stay behind.
package final class SharedMemory: @unchecked Sendable {
  // Constant after `init`; the memory itself is shared by its users' own rules.

  let descriptor: Int32
  package let base: UnsafeMutableRawPointer
  private let byteCount: Int

  /// Makes new memory.
  package init(byteCount: Int) throws {
    let memory = apus_memory(byteCount)
    guard memory >= 0, let mapped = apus_map(memory, byteCount) else {
      if memory >= 0 { System.close(memory) }
      throw WorkerError(
        .systemRefused,
        "The system gave no shared memory of \(byteCount) bytes for worker processes: \(System.lastError)."
      )
    }
    descriptor = memory
    base = mapped
    self.byteCount = byteCount
  }

  /// Maps the memory that a worker was given.
  init?(descriptor: Int32, byteCount: Int) {
    guard let mapped = apus_map(descriptor, byteCount) else { return nil }
    self.descriptor = descriptor
    base = mapped
    self.byteCount = byteCount
  }

  deinit {
    apus_unmap(base, byteCount)
    System.close(descriptor)
  }
}
