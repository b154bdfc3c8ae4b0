// Part of Apus, Apache-2.0. See LICENSE.
package import ApusWire

/// Requests that their client addressed to one engine: which are open, and where.
///
/// It alone knows which engine has which of them. A pure value.
package struct DirectRequests: Sendable {
  private var engines: [MessageID: EngineID] = [:]
  private var requests: [EngineID: Set<MessageID>] = [:]
  private var outcomes = TaskOutcomes()

  package init() {}

  package var openCount: Int { engines.count }

  package func isOpen(_ id: MessageID) -> Bool { engines[id] != nil }

  /// Whether a request has ended and its outcome is still kept.
  package func hasEnded(_ id: MessageID) -> Bool { outcomes[id].state == .completed }

  /// The engine of an open request.
  package func engine(of id: MessageID) -> EngineID? { engines[id] }

  /// The open requests at an engine, in the order of their identifiers.
  package func requests(at engine: EngineID) -> [MessageID] {
    (requests[engine] ?? []).sorted { $0.text < $1.text }
  }

  /// The count of open requests at an engine.
  package func count(at engine: EngineID) -> Int { requests[engine]?.count ?? 0 }

  /// Adds a request that has come in.
  package mutating func begin(_ id: MessageID, at engine: EngineID) {
    engines[id] = engine
    requests[engine, default: []].insert(id)
  }

  /// Ends a request, with or without an answer.
  ///
  /// - Returns: the engine that it was for; nil if it was not open.
  @discardableResult
  package mutating func end(_ id: MessageID) -> EngineID? {
    guard let engine = engines.removeValue(forKey: id) else { return nil }
    outcomes[id] = .init(state: .completed, engine: 0)
    requests[engine]?.remove(id)
    if requests[engine]?.isEmpty ?? false { requests[engine] = nil }
    return engine
  }

  /// The invariants that do not hold, in words; empty if all do.
  package func violatedInvariants() -> [String] {
    let counted = requests.values.reduce(0) { $0 + $1.count }
    var violations = counted == engines.count ? [] : ["each open request is at one engine"]
    for (engine, ids) in requests {
      if ids.isEmpty { violations.append("engine \(engine) has requests") }
      for id in ids where engines[id] != engine {
        violations.append("request \(id) is at \(engine)")
      }
    }
    return violations
  }
}
