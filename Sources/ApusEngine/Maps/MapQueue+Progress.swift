// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire
import ApusWorkers

extension MapQueue {
  /// What a client that renews its map is told: which of its requests are not known, and what those that run have so far.
  ///
  /// - Parameters:
  ///   - sent: requests whose answers have been sent.
  ///   - pool: what runs tasks of the map; nil if nothing does.
  func progress(
    of requests: Set<MessageID>, answered sent: Set<MessageID>, _ pool: BatchPool?
  ) -> EngineReply {
    let unknown = requests.filter { !sent.contains($0) && !knows($0) }
    var (partial, buffers): ([String], [[UInt8]]) = ([], [])
    if let pool {
      let lines = AnswerWriter()
      pool.takeLines(to: lines)
      buffers.append(lines.take())
      for (id, entry) in running {
        guard let bytes = pool.takeAnswers(of: id) else { continue }
        partial.append(entry.request.id.text)
        buffers.append(bytes)
      }
    }
    let content: [(String, JSONText)] = [
      ("unknown", .strings(unknown.map(\.text))), ("partial", .strings(partial)),
    ]
    return EngineReply(outcome: .ok(content), buffers: buffers)
  }

  /// What a client is told of tasks that were taken back from its requests.
  ///
  /// - Parameter tasks: indices by the numbers of running batches.
  func named(_ tasks: [Int: [Int]]) -> JSONText {
    JSONText(
      array: tasks.compactMap { id, indices in
        running[id].map { entry in
          JSONText(object: [
            ("request", .string(entry.request.id.text)),
            ("tasks", JSONText(array: indices.map { .integer($0) })),
          ])
        }
      })
  }
}
