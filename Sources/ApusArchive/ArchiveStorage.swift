// Part of Apus, Apache-2.0. See LICENSE.
import ApusController
import ApusWire
import Synchronization

/// The state shared by the controller's thread and the database's queue: records to write, results, messages for the log.
final class ArchiveStorage: Sendable {
  private struct State {
    var wake: (@Sendable () -> Void)?
    var waiting = WaitingRecords()
    var isScheduled = false
    var answers: [@Sendable () -> Void] = []
    var messages: [ArchiveMessage] = []
  }

  private struct Stored: @unchecked Sendable {
    // The frames of a record are not changed once it is stored; both threads only read them.
    let record: TaskRecord
  }

  private let state: Mutex<State>

  /// - Parameter byteLimit: the most bytes of records that wait while the database cannot be written.
  init(byteLimit: Int) {
    state = Mutex(State(waiting: WaitingRecords(byteLimit: byteLimit)))
  }

  var wake: (@Sendable () -> Void)? {
    get { state.withLock(\.wake) }
    set { state.withLock { $0.wake = newValue } }
  }

  /// Adds a record and returns whether a write must be scheduled now; while writes fail, they are repeated by a timer.
  func add(_ record: TaskRecord) -> Bool {
    let stored = Stored(record: record)
    return state.withLock { state in
      state.waiting.add(stored.record)
      if state.isScheduled || state.waiting.isFailing { return false }
      state.isScheduled = true
      return true
    }
  }

  /// Whether a write that fails will be repeated later, so that it need not be tried now.
  var isFailing: Bool { state.withLock(\.waiting.isFailing) }

  /// Takes out the oldest waiting records, in the order of their first change; the write that was scheduled has begun.
  func take(_ count: Int) -> [TaskRecord] {
    state.withLock { state in
      state.isScheduled = false
      return state.waiting.take(count).map { Stored(record: $0) }
    }.map(\.record)
  }

  /// All waiting records, which must not be changed.
  var waiting: [TaskRecord] {
    state.withLock { state in state.waiting.records.map { Stored(record: $0) } }.map(\.record)
  }

  func remove(_ ids: [MessageID]) { state.withLock { $0.waiting.remove(ids) } }

  /// Notes that all records so far could be written.
  ///
  /// - Returns: false if others have come meanwhile, which must be written too.
  func succeed() -> Bool {
    var isDone = true
    report { waiting in
      isDone = waiting.count == 0
      return isDone ? waiting.succeed() : nil
    }
    return isDone
  }

  /// Takes out all records, because the archive is closed.
  ///
  /// - Returns: how many are lost.
  func close() -> Int { state.withLock { $0.waiting.take(.max).count } }

  /// Puts records back that could not be written, except those that have a newer version by now.
  ///
  /// - Returns: after how many seconds to try again.
  func fail(_ records: [TaskRecord], because error: String) -> Double {
    let stored = records.map { Stored(record: $0) }
    var delay = 0.0
    report { waiting in
      waiting.putBack(stored.map(\.record))
      let failure = waiting.fail(because: error)
      delay = failure.delay
      return failure.message
    }
    return delay
  }

  private func report(_ change: (inout WaitingRecords) -> ArchiveMessage?) {
    let wake = state.withLock { state -> (@Sendable () -> Void)? in
      guard let message = change(&state.waiting) else { return nil }
      state.messages.append(message)
      return state.wake
    }
    wake?()
  }

  func answer(_ answer: @escaping @Sendable () -> Void) {
    let wake = state.withLock { state in
      state.answers.append(answer)
      return state.wake
    }
    wake?()
  }

  func answers() -> [@Sendable () -> Void] {
    state.withLock { state in
      defer { state.answers = [] }
      return state.answers
    }
  }

  func messages() -> [ArchiveMessage] {
    state.withLock { state in
      defer { state.messages = [] }
      return state.messages
    }
  }
}
