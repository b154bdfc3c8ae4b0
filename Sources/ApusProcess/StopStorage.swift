// Part of Apus, Apache-2.0. See LICENSE.
import Synchronization

/// A request to stop, set by one thread and read by another.
package final class StopStorage: Sendable {
  private let flag = Atomic<Bool>(false)

  package var isStopped: Bool { flag.load(ordering: .relaxed) }

  package init() {}

  package func stop() { flag.store(true, ordering: .relaxed) }
}
