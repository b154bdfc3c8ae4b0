// Part of Apus, Apache-2.0. See LICENSE.
package import ApusWire

/// Broadcasts whose replies are put together, until the last engine has answered or left.
///
/// A pure value; `Reply` is whatever the driver keeps of a reply.
package struct BroadcastGathering<Reply> {
  /// A broadcast as its client sent it.
  package struct Request {
    package let id: MessageID
    package let client: [UInt8]
    /// The engines in the order in which the client named them: uuid and number.
    package let targets: [(uuid: String, id: Int)]
    /// The frame of the header, which is the parent of the answer.
    package let header: [UInt8]
  }

  /// All there is when the last one has answered.
  package struct Result {
    package let request: Request
    /// In the order of the targets.
    package let replies: [Reply]
    /// Engines that failed or left, with what is known, in the order of the targets.
    package let failures: [(uuid: String, id: Int, error: RemoteError)]
  }

  private enum Answer {
    case reply(Reply)
    case failure(RemoteError)
  }

  private struct Open {
    let request: Request
    /// How many engines are to answer.
    let expected: Int
    var answers: [String: Answer] = [:]
  }

  private var open: [MessageID: Open] = [:]
  private var openAt: [String: Set<MessageID>] = [:]

  package init() {}

  package var count: Int { open.count }

  /// Takes a broadcast in.
  ///
  /// - Returns: false if one of this name is open already.
  package mutating func begin(_ request: Request) -> Bool {
    guard open[request.id] == nil else { return false }
    open[request.id] = Open(
      request: request, expected: Set(request.targets.map(\.uuid)).count)
    for target in request.targets { openAt[target.uuid, default: []].insert(request.id) }
    return true
  }

  /// An engine has answered.
  ///
  /// - Returns: everything, if it was the last one; nil also for an answer that nobody waits for.
  package mutating func replied(_ id: MessageID, from uuid: String, _ reply: Reply) -> Result? {
    answer(id, uuid, .reply(reply))
  }

  /// An engine has answered with an error, or could not be reached.
  package mutating func failed(
    _ id: MessageID, at uuid: String, _ error: RemoteError
  ) -> Result? {
    answer(id, uuid, .failure(error))
  }

  /// An engine has left: its broadcasts are dropped, because each client fails them itself when it is told of
  /// the departure, and would take an answer for one that nobody asked for.
  package mutating func engineLeft(_ uuid: String) {
    for id in openAt[uuid] ?? [] {
      guard let dropped = open.removeValue(forKey: id) else { continue }
      for target in dropped.request.targets {
        openAt[target.uuid]?.remove(id)
        if openAt[target.uuid]?.isEmpty == true { openAt[target.uuid] = nil }
      }
    }
  }

  private mutating func answer(_ id: MessageID, _ uuid: String, _ answer: Answer) -> Result? {
    guard openAt[uuid]?.remove(id) != nil else { return nil }
    if openAt[uuid]?.isEmpty == true { openAt[uuid] = nil }
    open[id]?.answers[uuid] = answer
    guard open[id].map({ $0.answers.count == $0.expected }) ?? false,
      let known = open.removeValue(forKey: id)
    else { return nil }
    return result(known)
  }

  private func result(_ known: Open) -> Result {
    var replies: [Reply] = []
    var failures: [(uuid: String, id: Int, error: RemoteError)] = []
    for target in known.request.targets {
      switch known.answers[target.uuid] {
      case .reply(let reply): replies.append(reply)
      case .failure(let error): failures.append((target.uuid, target.id, error))
      case nil: break
      }
    }
    return Result(request: known.request, replies: replies, failures: failures)
  }
}
