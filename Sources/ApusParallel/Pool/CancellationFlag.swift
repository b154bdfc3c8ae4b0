// Part of Apus, Apache-2.0. See LICENSE.
import Synchronization

/// Raised by whoever wants a loop to end, read by its workers once per chunk.
@usableFromInline
final class CancellationFlag: Sendable {
  private let flag = Atomic<Bool>(false)

  var isSet: Bool { flag.load(ordering: .relaxed) }

  func set() { flag.store(true, ordering: .relaxed) }
}

/// One call that waits for, or runs on, a pool thread.
final class PoolCall: Sendable {
  let cancellation = CancellationFlag()
}
