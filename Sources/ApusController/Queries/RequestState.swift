// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire

/// What the controller knows of a request.
package enum RequestState: Sendable, Hashable {
  /// It is unknown, or no longer known.
  case unknown
  /// It has not been answered.
  case pending
  /// It has ended.
  case ended

  init(of id: MessageID, _ tasks: TaskScheduler<TaskCall>, _ direct: DirectRequests) {
    if direct.isOpen(id) || tasks.isUnfinished(id) {
      self = .pending
    } else {
      self = direct.hasEnded(id) || tasks.hasEnded(id) ? .ended : .unknown
    }
  }
}

/// A snapshot of all requests, load-balanced and direct; taken for queries only, because it costs a copy
/// of both.
struct Requests {
  let tasks: TaskScheduler<TaskCall>
  let direct: DirectRequests

  func state(of id: MessageID) -> RequestState { RequestState(of: id, tasks, direct) }

  /// The engine that has an unfinished request.
  func engine(of id: MessageID) -> EngineID? {
    direct.engine(of: id) ?? tasks.engine(of: id)
  }
}
