// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire
import ApusWorkers

extension MapQueue {
  /// More bytes of lines are not said again.
  private static let mostLines = 1 << 20

  /// What a client that renews its map is told: which of its requests are not known, and what those that run have so far.
  ///
  /// What was said the last time is said again, unless the client has got it: it may be lost with a connection.
  /// - Parameters:
  ///   - seen: the number of the last answer that the client has got.
  ///   - sent: requests whose answers have been sent.
  ///   - pool: what runs tasks of the map; nil if nothing does.
  mutating func progress(
    _ map: String, of requests: Set<MessageID>, seen: Int, answered sent: Set<MessageID>,
    _ pool: BatchPool?
  ) -> EngineReply {
    let unknown = requests.filter { !sent.contains($0) && !knows($0) }
    var content: [(String, JSONText)] = [("unknown", .strings(unknown.map(\.text)))]
    guard let pool, let known = maps[map] else { return EngineReply(outcome: .ok(content)) }
    let isSeen = seen == known.progress
    let lines = AnswerWriter()
    pool.takeLines(to: lines)
    let old = isSeen || known.lines.count > Self.mostLines ? [] : known.lines
    var (partial, repeated, buffers) = ([String](), [old.count], [old + lines.take()])
    for (id, entry) in running.sorted(by: { $0.key < $1.key }) {
      let old = isSeen ? [] : entry.unconfirmed
      let bytes = old + (pool.takeAnswers(of: id) ?? [])
      running[id]?.unconfirmed = bytes
      if bytes.isEmpty { continue }
      partial.append(entry.request.id.text)
      repeated.append(old.count)
      buffers.append(bytes)
    }
    maps[map]?.lines = buffers[0]
    maps[map]?.progress = known.progress + 1
    content += [
      ("partial", .strings(partial)), ("progress", .integer(known.progress + 1)),
      ("repeats", .integer(known.progress)),
      ("repeated", JSONText(array: repeated.map { .integer($0) })),
    ]
    return EngineReply(outcome: .ok(content), buffers: buffers)
  }

  /// The reply to a batch whose tasks have ended.
  func reply(_ writer: AnswerWriter, to entry: Entry) -> EngineReply {
    let nanoseconds = writer.nanoseconds
    let (bytes, content) = last(writer.take(), of: entry)
    return EngineReply(
      outcome: .ok([("nanoseconds", .integer(nanoseconds))] + content), buffers: [bytes])
  }

  /// The reply to a batch that is given back, with the answers that there are.
  func handBack(_ entry: Entry, _ answers: [UInt8]) -> EngineReply {
    if entry.call != nil { return .leaving }
    let (bytes, content) = last(answers, of: entry)
    return .handedBack(bytes, content)
  }

  /// The last answers to a batch, behind those that its client may not have got.
  private func last(_ answers: [UInt8], of entry: Entry) -> (
    bytes: [UInt8], content: [(String, JSONText)]
  ) {
    guard !entry.unconfirmed.isEmpty else { return (answers, []) }
    return (
      entry.unconfirmed + answers,
      [
        ("repeats", .integer(maps[entry.map]?.progress ?? 0)),
        ("repeated", JSONText(array: [.integer(entry.unconfirmed.count)])),
      ]
    )
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
