// Part of Apus, Apache-2.0. See LICENSE.

/// What a checkpoint says about its runs besides their results.
enum CheckpointNote: Codable, Equatable, Sendable {
  /// A run has begun, with so many tasks; nil if their number was not known.
  case begun(count: Int?)
  /// A task has failed for good.
  case failed(index: Int, attempt: Int, cause: String, streamLine: String?)

  /// The number of tasks of the run that has begun; nil if it was not known, or this is no such note.
  var count: Int? {
    if case .begun(let count) = self { return count }
    return nil
  }

  var isBegin: Bool {
    if case .begun = self { return true }
    return false
  }
}
