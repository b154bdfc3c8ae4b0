// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire

/// The failure of all tasks that wait, in slices, because the cluster is given up.
final class WithdrawalWork {
  let query: Query
  let error: RemoteError
  private let ids: [TaskID]
  private var position = 0

  init(_ query: Query, _ tasks: TaskScheduler<TaskCall>) {
    self.query = query
    let reason = query.content["reason"]?.string ?? "the cluster stops"
    error = RemoteError("NoEnginesRegistered", reason)
    ids = tasks.unfinishedIDs
  }

  /// - Returns: the tasks to fail now, and whether these are the last ones.
  func step(_ slice: inout Slice) -> (ids: [TaskID], isLast: Bool) {
    let first = position
    let isLast = ids.forEach(from: &position, &slice) { _, _ in }
    return (Array(ids[first..<position]), isLast)
  }
}
