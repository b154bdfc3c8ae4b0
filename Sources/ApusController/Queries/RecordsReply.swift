// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire

/// The content of the answer to a `db_request`: records with the keys that were asked for.
struct RecordsReply {
  private let shown: [String]
  private let wantsRequests: Bool
  private let wantsReplies: Bool
  private var records = JSONListText()
  private var counts = JSONListText()
  private var resultCounts = JSONListText()
  /// The messages whose buffers follow.
  private(set) var messages: [Envelope] = []

  private static func isBuffer(_ key: String) -> Bool {
    key == "buffers" || key == "result_buffers"
  }

  /// - Parameter keys: nil or none for all keys but the buffers.
  init(keys: [String]?) {
    shown =
      keys.flatMap { keys in
        keys.isEmpty ? nil : ["msg_id"] + keys.filter { $0 != "msg_id" && !Self.isBuffer($0) }
      } ?? TaskRecord.keys.filter { !Self.isBuffer($0) }
    wantsRequests = keys?.contains("buffers") ?? false
    wantsReplies = keys?.contains("result_buffers") ?? false
  }

  /// Adds a record.
  ///
  /// - Returns: how many bytes it takes.
  /// - Throws: a `ValueError` if the answer becomes too long.
  mutating func add(_ record: TaskRecord) throws(RemoteError) -> Int {
    if wantsRequests {
      counts.append(.integer(record.request?.bufferCount ?? 0))
      if let request = record.request { messages.append(request) }
    }
    if wantsReplies {
      resultCounts.append(.integer(record.reply?.bufferCount ?? 0))
      if let reply = record.reply { messages.append(reply) }
    }
    let text = JSONText(object: shown.map { ($0, record.text($0)) })
    records.append(text)
    try records.checkAnswerSize("ask for fewer records or keys")
    return text.bytes.count
  }

  /// The members of the answer.
  var content: JSONListText {
    var content = JSONListText()
    content.append(name: "records", array: records)
    content.append(name: "buffer_lens", wantsRequests ? counts.array : .null)
    content.append(name: "result_buffer_lens", wantsReplies ? resultCounts.array : .null)
    return content
  }
}
