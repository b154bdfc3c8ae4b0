// Part of Apus, Apache-2.0. See LICENSE.

/// Which tasks of a map are to be given out, are with workers, or have ended; a value without side effects.
///
/// Tasks are given out in ascending order; those that come back are given out first. With the policy to stop at the first
/// failure, a failure at index i lowers `limit` to i: tasks from i on are not begun any more, those before i still end, and the
/// failure that remains is the one with the smallest index, as in a serial loop.
package struct TaskLedger: Sendable {
  /// What becomes of a failed task.
  package enum Decision: Equatable, Sendable {
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
  package private(set) var limit: Int

  /// - Parameters:
  ///   - count: the number of tasks; nil if it is not yet known.
  ///   - retries: how often a task that has failed is begun again.
  package init(count: Int?, retries: Int, stopsAtFailure: Bool) {
    self.retries = retries
    self.stopsAtFailure = stopsAtFailure
    limit = count ?? .max
  }

  /// Whether a failure has made later tasks unwanted.
  package private(set) var hasDropped = false
  /// Whether more tasks may come from elsewhere.
  private var isOpen = false

  /// A ledger of tasks that are added as they come, until it is closed.
  init(isOpen: Bool) {
    self.init(count: 0, retries: 0, stopsAtFailure: false)
    (self.isOpen, limit, next) = (isOpen, .max, .max)
  }

  /// Whether no task is left to be given out or waited for.
  package var isFinished: Bool { out == 0 && !hasWork && !isOpen }

  /// Whether a task can be given out.
  package var hasWork: Bool { hasReturned || next < limit }

  /// Whether the next task to be given out has been given out before.
  package var hasReturned: Bool { (returned.last ?? .max) < limit }

  /// The number of tasks that wait to be given out.
  package var waitingCount: Int { max(0, limit - next) + returned.count }

  /// The same, of tasks that come one by one those that may come now.
  ///
  /// - Parameter hasRoom: whether another may be taken.
  package func waitingCount(hasRoom: Bool) -> Int {
    limit < .max ? waitingCount : returned.count + (hasRoom ? 1 : 0)
  }

  /// How many workers there should be for tasks that wait.
  func startCount(_ options: TaskOptions, _ job: MapJob?) -> Int {
    options.givesSingly ? waitingCount(hasRoom: job?.hasRoom() ?? false) : waitingCount
  }

  /// The next task and which attempt it is; it is then out.
  package mutating func take() -> (index: Int, attempt: Int)? {
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
  package mutating func skipped() { out -= 1 }

  /// Notes that there is no task at an index, nor after it.
  package mutating func ended(at index: Int) {
    out -= 1
    next = index
    limit = min(limit, index)
  }

  package mutating func succeeded(_ index: Int) {
    out -= 1
    if !attempts.isEmpty { attempts[index] = nil }
  }

  /// Takes back a task that was not begun.
  package mutating func unbegun(_ index: Int) {
    out -= 1
    insert(index)
  }

  /// Takes back tasks that were not begun, in ascending order.
  package mutating func unbegun(_ tasks: [GivenTask]) {
    // The last first: each is then inserted behind those before it, where little must move.
    for task in tasks.reversed() { unbegun(task.index) }
  }

  /// Notes a failed attempt.
  package mutating func failed(_ index: Int) -> Decision {
    out -= 1
    if index >= limit { return .dropped }
    let attempt = attempts[index, default: 0] + 1
    attempts[index] = attempt
    if attempt <= retries {
      insert(index)
      return .retry
    }
    attempts[index] = nil
    if stopsAtFailure { (limit, hasDropped) = (min(limit, index), true) }
    return .final
  }

  /// Adds tasks of a ledger that is open; `attempt` counts from 1.
  mutating func add(_ tasks: [GivenTask]) {
    for task in tasks where task.attempt > 1 { attempts[task.index] = task.attempt - 1 }
    let indices = tasks.map(\.index).sorted(by: >)
    guard let least = indices.last else { return }
    if least > returned.first ?? -1 {
      returned = indices + returned
    } else {
      for index in indices { insert(index) }
    }
  }

  /// Notes that the tasks from an index on are not wanted any more.
  mutating func lower(to index: Int) {
    limit = min(limit, index)
    hasDropped = true
  }

  /// Notes that no more tasks will be added.
  mutating func close() { isOpen = false }

  /// Drops a task that was added and not yet given out; false if there is none.
  mutating func drop(_ index: Int) -> Bool {
    guard let place = returned.firstIndex(of: index) else { return false }
    returned.remove(at: place)
    attempts[index] = nil
    return true
  }

  private mutating func insert(_ index: Int) {
    var (low, high) = (0, returned.count)
    while low < high {
      let middle = (low + high) / 2
      if returned[middle] < index { high = middle } else { low = middle + 1 }
    }
    returned.insert(index, at: low)
  }
}
