// Part of Apus, Apache-2.0. See LICENSE.
package import ApusWire

/// Which requests are open, where, and how many each engine has answered: what `queue_status` tells.
///
/// A pure value.
package struct WorkLedger: Sendable {
  package enum State: Sendable, Hashable { case unknown, pending, completed }

  /// What one engine has to do and has done.
  package struct Engine: Sendable, Hashable {
    package var direct: Set<MessageID> = []
    package var tasks: Set<MessageID> = []
    package var completed = 0
    /// The last of those that were completed.
    package var recent: [MessageID] = []

    fileprivate mutating func end(_ id: MessageID, isTask: Bool, isAnswered: Bool) {
      if isTask { tasks.remove(id) } else { direct.remove(id) }
      guard isAnswered else { return }
      completed += 1
      if recent.count < WorkLedger.mostRecent {
        recent.append(id)
      } else {
        recent[completed % WorkLedger.mostRecent] = id
      }
    }
  }

  /// The most completed requests whose names are kept for each engine.
  package static let mostRecent = 1024

  private struct Open: Sendable {
    var engine: String?
    let isTask: Bool
  }

  private var open: [MessageID: Open] = [:]
  private var unassignedIDs: Set<MessageID> = []
  private var engines: [String: Engine] = [:]
  private var ended = TaskLedger()

  package init() {}

  package var unassigned: Set<MessageID> { unassignedIDs }
  package var openCount: Int { open.count }

  package subscript(engine uuid: String) -> Engine { engines[uuid] ?? Engine() }

  /// Whether a request for one engine has been answered and is remembered.
  package func hasAnswered(_ id: MessageID) -> Bool { ended[id].state == .completed }

  /// The engine of an open request, if it has one.
  package func engine(of id: MessageID) -> String? { open[id]?.engine }

  package func isOpen(_ id: MessageID) -> Bool { open[id] != nil }

  /// A request for one engine has come in.
  package mutating func beginDirect(_ id: MessageID, at uuid: String) {
    open[id] = Open(engine: uuid, isTask: false)
    engines[uuid, default: Engine()].direct.insert(id)
  }

  /// A task has come in.
  package mutating func beginTask(_ id: MessageID) {
    open[id] = Open(engine: nil, isTask: true)
    unassignedIDs.insert(id)
  }

  /// A task goes to an engine, perhaps after another one.
  package mutating func assign(_ id: MessageID, to uuid: String) {
    guard let known = open[id], known.isTask else { return }
    if let old = known.engine { engines[old]?.tasks.remove(id) }
    unassignedIDs.remove(id)
    open[id]?.engine = uuid
    engines[uuid, default: Engine()].tasks.insert(id)
  }

  /// A task has come back from its engine and waits for another.
  package mutating func unassign(_ id: MessageID) {
    guard let known = open[id], known.isTask, let uuid = known.engine else { return }
    engines[uuid]?.tasks.remove(id)
    open[id]?.engine = nil
    unassignedIDs.insert(id)
  }

  /// A request has ended; `isAnswered` if its engine has answered it and not only dropped it.
  ///
  /// - Returns: false if it was not open.
  @discardableResult
  package mutating func end(_ id: MessageID, isAnswered: Bool) -> Bool {
    guard let known = open.removeValue(forKey: id) else { return false }
    if !known.isTask { ended[id] = .init(state: .completed, engine: 0) }
    if let uuid = known.engine {
      engines[uuid]?.end(id, isTask: known.isTask, isAnswered: isAnswered)
    } else {
      unassignedIDs.remove(id)
    }
    return true
  }

  /// An engine is gone for good.
  package mutating func forget(engine uuid: String) { engines[uuid] = nil }

  /// Requests for an engine alone that it has not answered.
  package func direct(at uuid: String) -> [MessageID] {
    (engines[uuid]?.direct ?? []).sorted { $0.text < $1.text }
  }
}
