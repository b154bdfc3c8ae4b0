// Part of Apus, Apache-2.0. See LICENSE.
package import ApusWire

/// Coalescing broadcasts, whose replies are gathered until the last engine has answered.
///
/// A pure value; `Reply` is what the driver keeps of a reply.
package struct BroadcastGathering<Reply> {
  /// A broadcast as its client sent it.
  package struct Request {
    package let id: MessageID
    package let client: ClientID
    /// The engines in the order in which the client named them.
    package let targets: [BroadcastTarget]
    /// The header frame, which becomes the parent of the reply.
    package let header: [UInt8]
  }

  /// All replies and failures, once the last engine has answered.
  package struct Result {
    package let request: Request
    /// In the order of the targets.
    package let replies: [Reply]
    /// The engines that failed, in the order of the targets.
    package let failures: [(target: BroadcastTarget, error: RemoteError)]
  }

  private enum Answer {
    case reply(Reply)
    case failure(RemoteError)
  }

  private struct Open {
    let request: Request
    /// The count of engines that must answer.
    let expected: Int
    var answers: [EngineID: Answer] = [:]
  }

  private var open: [MessageID: Open] = [:]
  private var openAt: [EngineID: Set<MessageID>] = [:]
  /// Those that have ended, whose replies may still come.
  private var closed = RecentSet<MessageID>(limit: 10_000)

  package init() {}

  package var count: Int { open.count }

  /// Whether an engine has a broadcast that it has not answered.
  package func isOpen(at engine: EngineID) -> Bool { !(openAt[engine]?.isEmpty ?? true) }

  /// Begins to gather the replies to a broadcast.
  ///
  /// - Returns: false if one with this identifier is open already.
  package mutating func begin(_ request: Request) -> Bool {
    guard open[request.id] == nil else { return false }
    open[request.id] = Open(
      request: request, expected: Set(request.targets.map(\.id)).count)
    for target in request.targets { openAt[target.id, default: []].insert(request.id) }
    return true
  }

  /// Records an engine's answer.
  ///
  /// - Returns: the result, if this was the last answer; nil also for an answer that is not expected.
  package mutating func replied(_ id: MessageID, from engine: EngineID, _ reply: Reply) -> Result? {
    answer(id, engine, .reply(reply))
  }

  /// Records that an engine has answered with an error, or could not be reached.
  package mutating func failed(
    _ id: MessageID, at engine: EngineID, _ error: RemoteError
  ) -> Result? {
    answer(id, engine, .failure(error))
  }

  /// Whether a reply is the first to a broadcast of a controller before this one: what others replied to that one is lost.
  package mutating func isLeftOver(_ id: MessageID) -> Bool {
    open[id] == nil && closed.insert(id)
  }

  /// Drops the broadcasts of an engine that has left.
  ///
  /// Each client fails them itself when it hears of the departure, and would not expect an answer after that.
  package mutating func engineLeft(_ engine: EngineID) {
    for id in openAt[engine] ?? [] {
      guard let dropped = open.removeValue(forKey: id) else { continue }
      closed.insert(id)
      for target in dropped.request.targets {
        openAt[target.id]?.remove(id)
        if openAt[target.id]?.isEmpty == true { openAt[target.id] = nil }
      }
    }
  }

  private mutating func answer(_ id: MessageID, _ engine: EngineID, _ answer: Answer) -> Result? {
    guard openAt[engine]?.remove(id) != nil else { return nil }
    if openAt[engine]?.isEmpty == true { openAt[engine] = nil }
    open[id]?.answers[engine] = answer
    guard open[id].map({ $0.answers.count == $0.expected }) ?? false,
      let known = open.removeValue(forKey: id)
    else { return nil }
    closed.insert(id)
    return result(known)
  }

  /// The invariants that do not hold, in words; empty if all do.
  package func violatedInvariants() -> [String] {
    var violations: [String] = []
    var missing: [EngineID: Set<MessageID>] = [:]
    for (id, open) in open {
      if open.answers.count >= open.expected {
        violations.append("broadcast \(id) is not complete")
      }
      for target in open.request.targets where open.answers[target.id] == nil {
        missing[target.id, default: []].insert(id)
      }
    }
    if openAt != missing { violations.append("each engine's open broadcasts are known") }
    return violations
  }

  private func result(_ known: Open) -> Result {
    var replies: [Reply] = []
    var failures: [(target: BroadcastTarget, error: RemoteError)] = []
    for target in known.request.targets {
      switch known.answers[target.id] {
      case .reply(let reply): replies.append(reply)
      case .failure(let error): failures.append((target, error))
      case nil: break
      }
    }
    return Result(request: known.request, replies: replies, failures: failures)
  }
}
