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
    let request: EngineRequest
    let reply: EngineReply

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
  mutating func wanted(_ map: String, _ requests: Set<MessageID>) -> [Answer] {
    forget { $0.map == map && !requests.contains($0.request.id) }
    return answers.values.filter { $0.map == map }
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
