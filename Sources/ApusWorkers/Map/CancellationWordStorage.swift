// Part of Apus, Apache-2.0. See LICENSE.
import Synchronization

/// Whether a map was cancelled; set by the task that waits for it, read by the thread that runs it.
final class CancellationWord: Sendable {
  private let flag = Atomic<Bool>(false)

  var isSet: Bool { flag.load(ordering: .relaxed) }
  func set() { flag.store(true, ordering: .relaxed) }
}
