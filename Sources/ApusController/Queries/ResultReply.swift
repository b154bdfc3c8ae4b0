// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire

/// The answer to a `result_request`: which requests are pending, which have ended, and the results of the
/// ended ones.
struct ResultReply {
  private(set) var members: [(String, JSONText)] = []
  /// The replies whose buffers follow.
  private(set) var replies: [Envelope] = []

  /// - Throws: `KeyError` for a request that is unknown, or whose result is not kept any more.
  init(
    _ ids: [MessageID], _ found: [TaskRecord], isStatusOnly: Bool,
    state: (MessageID) -> RequestState
  ) throws(RemoteError) {
    let records = Dictionary(found.map { ($0.id, $0) }) { $1 }
    var (pending, completed): ([String], [String]) = ([], [])
    var results: [(String, JSONText)] = []
    for id in ids {
      let (state, record) = (state(id), records[id])
      if state == .pending || (state == .unknown && record.map { $0.completed == nil } ?? false) {
        pending.append(id.text)
        continue
      }
      guard record != nil || (isStatusOnly && state == .ended) else {
        throw RemoteError(
          "KeyError",
          state == .ended ? "The result of \(id) is not kept any more" : "No such message: \(id)")
      }
      completed.append(id.text)
      guard !isStatusOnly, let record else { continue }
      results.append((id.text, record.result))
      if let reply = record.reply { replies.append(reply) }
    }
    members = [("pending", .strings(pending)), ("completed", .strings(completed))] + results
  }
}
