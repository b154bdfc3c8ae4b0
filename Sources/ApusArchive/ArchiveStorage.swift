// Part of Apus, Apache-2.0. See LICENSE.
import ApusCluster
import ApusWire
import Synchronization

/// What goes between the loop's thread and the database's queue.
final class ArchiveStorage: Sendable {
  private struct State {
    var wake: (@Sendable () -> Void)?
    var records: [MessageID: Stored] = [:]
    var order: [MessageID] = []
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

  /// Takes a record in; true if nothing waited before, so that the queue has to be told.
  func add(_ record: TaskRecord) -> Bool {
    let stored = Stored(record: record)
    return state.withLock { state in
      if state.records.updateValue(stored, forKey: stored.record.id) == nil {
        state.order.append(stored.record.id)
      }
      return state.order.count == 1
    }
  }

  /// All that waits, in the order of its first change.
  func take() -> [TaskRecord] {
    let taken = state.withLock { state -> [Stored] in
      defer {
        state.records = [:]
        state.order = []
      }
      return state.order.compactMap { state.records[$0] }
    }
    return taken.map(\.record)
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
