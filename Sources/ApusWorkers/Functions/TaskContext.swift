// Part of Apus, Apache-2.0. See LICENSE.

/// What a task knows about itself.
public struct TaskContext: Sendable {
  /// The index of the task in its map.
  public private(set) var index: Int
  /// How often the task has been begun, this time included: 1 unless it is retried.
  public private(set) var attempt: Int
  /// The number of the worker process that runs it, or of the thread among those of the map, from 0; 0 on threads if results are
  /// delivered one by one.
  public let worker: Int
  /// The number of cores that the task may use.
  public let coreCount: Int
  /// The index of the task that should end and 1, or `.max - n` for the tasks from index n on.
  private let cancelled: @Sendable () -> UInt64

  package init(
    index: Int = 0, attempt: Int = 1, worker: Int = 0, coreCount: Int = 1,
    cancelled: @escaping @Sendable () -> UInt64 = { 0 }
  ) {
    self.index = index
    self.attempt = attempt
    self.worker = worker
    self.coreCount = coreCount
    self.cancelled = cancelled
  }

  /// Goes on to another task of the same worker.
  @inline(__always)
  mutating func begin(_ index: Int, attempt: Int) { (self.index, self.attempt) = (index, attempt) }

  /// Whether the task should end soon: its map was cancelled, it has reached its time limit, or an earlier task has failed and
  /// with it the map.
  ///
  /// A task that goes on is ended with its worker after the grace time.
  public var isCancelled: Bool {
    let word = cancelled()
    if word > UInt64(Int.max) { return UInt64(index) >= UInt64.max - word }
    return word == UInt64(index) + 1
  }
}
