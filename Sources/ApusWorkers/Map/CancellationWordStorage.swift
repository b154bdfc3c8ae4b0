// Part of Apus, Apache-2.0. See LICENSE.
import Synchronization

/// Which tasks of a map should end; set by the task that waits for the map or by a thread whose task has failed, read by all.
final class CancellationWord: Sendable {
  /// The tasks from this index on should end.
  private let limit = Atomic<Int>(.max)

  /// Whether the map was cancelled.
  var isSet: Bool { limit.load(ordering: .relaxed) == 0 }

  /// The word for a task's context: 0 for none, and `.max - n` for the tasks from n on.
  var value: UInt64 {
    let limit = limit.load(ordering: .relaxed)
    return limit == .max ? 0 : .max - UInt64(limit)
  }

  /// Ends all tasks.
  func set() { limit.store(0, ordering: .relaxed) }

  /// Ends the tasks behind one, which nobody wants any more.
  func endTasks(behind index: Int) { limit.min(index + 1, ordering: .relaxed) }
}
