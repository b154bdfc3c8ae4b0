// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire

/// Answers that a client may not have got, because a connection was cut; a value without side effects.
///
/// The client says which requests it still waits for: their answers are sent again, the others are forgotten. Beyond a limit
/// the oldest are forgotten too; their tasks are run again then.
struct SentAnswers {
  /// An answer, the request that it belongs to, and the request's map.
  struct Answer {
    let map: String
    var request: EngineRequest
    let reply: EngineReply
    /// Whether the client has asked for it before; the first time it may be on its way.
    var isAskedFor = false

    var byteCount: Int { reply.buffers.reduce(0) { $0 + $1.count } }
  }

  static let most = 64 << 20

  private var answers: [MessageID: Answer] = [:]
  private var order: [MessageID] = []
  private var byteCount = 0

  mutating func append(_ answer: Answer) {
    guard answer.byteCount <= Self.most else { return }
    answers[answer.request.id] = answer
    order.append(answer.request.id)
    byteCount += answer.byteCount
    var dropped = 0
    while byteCount > Self.most {
      if let old = answers.removeValue(forKey: order[dropped]) { byteCount -= old.byteCount }
      dropped += 1
    }
    order.removeFirst(dropped)
    if order.count > 1024, order.count > 2 * answers.count {
      order.removeAll { answers[$0] == nil }
    }
  }

  /// The answers of a map that its client still waits for; its others are forgotten.
  ///
  /// - Returns: those to be sent again, which were asked for before, and those that may be on their way.
  mutating func wanted(
    _ map: String, _ requests: Set<MessageID>
  ) -> (again: [Answer], onTheirWay: [Answer]) {
    forget { $0.map == map && !requests.contains($0.request.id) }
    let wanted = answers.values.filter { $0.map == map }
    for answer in wanted { answers[answer.request.id]?.isAskedFor.toggle() }
    return (wanted.filter(\.isAskedFor), wanted.filter { !$0.isAskedFor })
  }

  /// Forgets the answers of a map.
  mutating func forget(_ map: String) { forget { $0.map == map } }

  private mutating func forget(where isOver: (Answer) -> Bool) {
    for (id, answer) in answers where isOver(answer) {
      answers[id] = nil
      byteCount -= answer.byteCount
    }
  }
}
