// Part of Apus, Apache-2.0. See LICENSE.
import ApusController
import ApusWire
import Synchronization

/// The state shared by the controller's thread and the database's queue: records to write, results, errors.
final class ArchiveStorage: Sendable {
  private struct State {
    var wake: (@Sendable () -> Void)?
    var records: [MessageID: Stored] = [:]
    var order: [MessageID] = []
    var isScheduled = false
    var answers: [@Sendable () -> Void] = []
    var complaints: [String] = []
  }

  private struct Stored: @unchecked Sendable {
    // The frames of a record are not changed once it is stored; both threads only read them.
    let record: TaskRecord
  }

  private let state = Mutex(State())

  var wake: (@Sendable () -> Void)? {
    get { state.withLock(\.wake) }
    set { state.withLock { $0.wake = newValue } }
  }

  /// The most records that wait while the database cannot be written.
  static let maximumWaiting = 100_000

  /// Adds a record and returns whether a write must be scheduled.
  func add(_ record: TaskRecord) -> Bool {
    let stored = Stored(record: record)
    return state.withLock { state in
      if state.records.updateValue(stored, forKey: stored.record.id) == nil {
        state.order.append(stored.record.id)
      }
      defer { state.isScheduled = true }
      return !state.isScheduled
    }
  }

  /// Takes out all waiting records, in the order of their first change.
  func take() -> [TaskRecord] {
    let taken = state.withLock { state -> [Stored] in
      defer {
        state.records = [:]
        state.order = []
        state.isScheduled = false
      }
      return state.order.compactMap { state.records[$0] }
    }
    return taken.map(\.record)
  }

  /// Puts records back that could not be written, except those that have a newer version by now.
  ///
  /// - Returns: the number of records dropped because too many are waiting.
  func putBack(_ records: [TaskRecord]) -> Int {
    let stored = records.map { Stored(record: $0) }
    return state.withLock { state in
      var older: [MessageID] = []
      var dropped = 0
      for one in stored where state.records[one.record.id] == nil {
        guard state.records.count < Self.maximumWaiting else {
          dropped += 1
          continue
        }
        state.records[one.record.id] = one
        older.append(one.record.id)
      }
      state.order = older + state.order
      return dropped
    }
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

  func fail(_ complaint: String) {
    let wake = state.withLock { state in
      state.complaints.append(complaint)
      return state.wake
    }
    wake?()
  }

  func complaints() -> [String] {
    state.withLock { state in
      defer { state.complaints = [] }
      return state.complaints
    }
  }
}
