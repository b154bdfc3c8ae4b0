// Part of Apus, Apache-2.0. See LICENSE.

/// Which tasks of a map are to be given out, are with workers, or have ended; a value without side effects.
///
/// Tasks are given out in ascending order; those that come back are given out first. With the policy to stop at the first
/// failure, a failure at index i lowers `limit` to i: tasks from i on are not begun any more, those before i still end, and the
/// failure that remains is the one with the smallest index, as in a serial loop.
struct TaskLedger: Sendable {
  /// What becomes of a failed task.
  enum Decision: Equatable, Sendable {
    case retry
    case final
    /// Nobody wants the task any more, because an earlier one has failed.
    case dropped
  }

  private let retries: Int
  private let stopsAtFailure: Bool
  private var next = 0
  /// Tasks to be given out again, descending.
  private var returned: [Int] = []
  private var attempts: [Int: Int] = [:]
  private var out = 0
  /// The number of tasks; lower after a failure.
  private(set) var limit: Int

  /// - Parameters:
  ///   - count: the number of tasks; nil if it is not yet known.
  ///   - retries: how often a task that has failed is begun again.
  init(count: Int?, retries: Int, stopsAtFailure: Bool) {
    self.retries = retries
    self.stopsAtFailure = stopsAtFailure
    limit = count ?? .max
  }

  /// Whether no task is left to be given out or waited for.
  var isFinished: Bool { out == 0 && !hasWork }

  /// Whether a task can be given out.
  var hasWork: Bool { hasReturned || next < limit }

  /// Whether the next task to be given out has been given out before.
  var hasReturned: Bool { (returned.last ?? .max) < limit }

  /// The number of tasks that wait to be given out.
  var waitingCount: Int { max(0, limit - next) + returned.count }

  /// The next task and which attempt it is; it is then out.
  mutating func take() -> (index: Int, attempt: Int)? {
    while let index = returned.popLast() {
      guard index < limit else { continue }
      out += 1
      return (index, attempts[index, default: 0] + 1)
    }
    guard next < limit else { return nil }
    out += 1
    next += 1
    return (next - 1, 1)
  }

  /// Passes over a task whose result is known already.
  mutating func skipped() { out -= 1 }

  /// Notes that there is no task at an index, nor after it.
  mutating func ended(at index: Int) {
    out -= 1
    next = index
    limit = min(limit, index)
  }

  mutating func succeeded(_ index: Int) {
    out -= 1
    if !attempts.isEmpty { attempts[index] = nil }
  }

  /// Takes back a task that was not begun.
  mutating func unbegun(_ index: Int) {
    out -= 1
    insert(index)
  }

  /// Notes a failed attempt.
  mutating func failed(_ index: Int) -> Decision {
    out -= 1
    if index >= limit { return .dropped }
    let attempt = attempts[index, default: 0] + 1
    attempts[index] = attempt
    if attempt <= retries {
      insert(index)
      return .retry
    }
    attempts[index] = nil
    if stopsAtFailure { limit = min(limit, index) }
    return .final
  }

  private mutating func insert(_ index: Int) {
    let place = returned.firstIndex { $0 < index } ?? returned.endIndex
    returned.insert(index, at: place)
  }
}
