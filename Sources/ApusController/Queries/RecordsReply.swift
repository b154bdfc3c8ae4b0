// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire

/// The answer to a `db_request`: records with the keys that were asked for.
struct RecordsReply {
  let members: [(String, JSONText)]
  /// The messages whose buffers follow.
  private(set) var messages: [Envelope] = []

  private static func isBuffer(_ key: String) -> Bool {
    key == "buffers" || key == "result_buffers"
  }

  /// - Parameter keys: nil or none for all keys but the buffers.
  init(_ records: [TaskRecord], keys: [String]?) {
    let shown =
      keys.flatMap { keys in
        keys.isEmpty ? nil : ["msg_id"] + keys.filter { $0 != "msg_id" && !Self.isBuffer($0) }
      } ?? TaskRecord.keys.filter { !Self.isBuffer($0) }
    let wantsRequests = keys?.contains("buffers") ?? false
    let wantsReplies = keys?.contains("result_buffers") ?? false
    var (counts, resultCounts): ([JSONText], [JSONText]) = ([], [])
    for record in records {
      if wantsRequests {
        counts.append(.integer(record.request?.bufferCount ?? 0))
        if let request = record.request { messages.append(request) }
      }
      if wantsReplies {
        resultCounts.append(.integer(record.reply?.bufferCount ?? 0))
        if let reply = record.reply { messages.append(reply) }
      }
    }
    let texts = records.map { record in JSONText(object: shown.map { ($0, record.text($0)) }) }
    members = [
      ("records", JSONText(array: texts)),
      ("buffer_lens", wantsRequests ? JSONText(array: counts) : .null),
      ("result_buffer_lens", wantsReplies ? JSONText(array: resultCounts) : .null),
    ]
  }
}
