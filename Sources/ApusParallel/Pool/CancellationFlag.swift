// Part of Apus, Apache-2.0. See LICENSE.
public import Synchronization

/// A flag that is set to end a loop and read by the loop's workers once per chunk.
@usableFromInline
final class CancellationFlag: Sendable {
  @usableFromInline let flag = Atomic<Bool>(false)

  @inlinable
  var isSet: Bool { flag.load(ordering: .relaxed) }

  func set() { flag.store(true, ordering: .relaxed) }
}

/// A call from an async function that is waiting for a pool thread or running on one.
final class PoolCall: Sendable {
  let cancellation = CancellationFlag()
}
