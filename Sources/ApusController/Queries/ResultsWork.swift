// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire

/// The answer to a `result_request`, found in slices: which requests are pending, which have ended, and the results of
/// the ended ones.
final class ResultsWork {
  private enum Stage {
    case reading(IdentifierList)
    case sorting(SlicedSort<MessageID>)
    case indexing([MessageID])
    case answering([MessageID])
  }

  let query: Query
  let isStatusOnly: Bool
  private var stage: Stage
  /// The records that the archive has found.
  private var archived: [TaskRecord] = []
  private var position = 0
  private var found: [MessageID: TaskRecord] = [:]
  private var pending = JSONListText()
  private var completed = JSONListText()
  private var results = JSONListText()
  private var replies: [Envelope] = []

  init(_ query: Query) throws(RemoteError) {
    self.query = query
    isStatusOnly = query.content["status_only"]?.bool == true
    stage = .reading(try IdentifierList(query.content["msg_ids"]))
  }

  /// What follows when a slice is used up or nothing is left to do.
  enum Progress {
    case unfinished
    /// The archive must be asked for these records.
    case needsArchive([MessageID])
    case ended
  }

  /// Takes in the archive's records.
  func resume(with records: [TaskRecord]) { archived = records }

  /// Goes on until the slice is used up or the answer is complete.
  ///
  /// - Throws: `KeyError` for a request that is unknown, or whose result is not kept any more; `ValueError` if the answer is
  ///   too long.
  func step(
    _ requests: Requests, _ records: RecordKeeping, _ exchange: inout MessageExchange,
    _ slice: inout Slice
  ) throws(RemoteError) -> Progress {
    while true {
      switch stage {
      case .reading(var list):
        stage = .indexing([])
        guard try list.step(&slice) else {
          stage = .reading(list)
          return .unfinished
        }
        var sort = SlicedSort<MessageID>()
        for id in list.ids { sort.append(id) }
        stage = .sorting(sort)
      case .sorting(var sort):
        stage = .indexing([])
        guard let ids = sort.step(&slice, { $0.text < $1.text }) else {
          stage = .sorting(sort)
          return .unfinished
        }
        stage = .indexing(ids)
        if records.hasArchive && !isStatusOnly { return .needsArchive(ids) }
      case .indexing(let ids):
        guard index(&slice) else { return .unfinished }
        stage = .answering(ids)
        position = 0
      case .answering(let ids):
        guard try answer(ids, requests, records, &slice) else { return .unfinished }
        exchange.reply(to: query, content, buffersOf: replies)
        return .ended
      }
    }
  }

  private var content: JSONListText {
    var content = JSONListText()
    content.append(name: "pending", array: pending)
    content.append(name: "completed", array: completed)
    content.append(elementsOf: results)
    return content
  }

  private func index(_ slice: inout Slice) -> Bool {
    archived.forEach(from: &position, &slice) { record, _ in found[record.id] = record }
  }

  private func answer(
    _ ids: [MessageID], _ requests: Requests, _ records: RecordKeeping, _ slice: inout Slice
  ) throws(RemoteError) -> Bool {
    var index = position
    defer { position = index }
    var last = index > 0 ? ids[index - 1] : nil
    return try ids.forEach(from: &index, &slice) { id, slice throws(RemoteError) in
      if id != last { try answer(id, requests, records, &slice) }
      last = id
    }
  }

  private func answer(
    _ id: MessageID, _ requests: Requests, _ records: RecordKeeping, _ slice: inout Slice
  ) throws(RemoteError) {
    let state = requests.state(of: id)
    let record = found[id].flatMap { $0.isCompleted ? $0 : nil } ?? records[id] ?? found[id]
    if state == .pending || (state == .unknown && record.map { !$0.isCompleted } ?? false) {
      pending.append(.string(id.text))
      return
    }
    guard record != nil || (isStatusOnly && state == .ended) else {
      throw RemoteError(
        "KeyError",
        state == .ended ? "The result of \(id) is not kept any more" : "No such message: \(id)")
    }
    completed.append(.string(id.text))
    guard !isStatusOnly, let record else { return }
    let result = record.result
    slice.count(bytes: result.bytes.count)
    results.append(name: id.text, result)
    try results.checkAnswerSize("ask for fewer results at once")
    if let reply = record.reply { replies.append(reply) }
  }
}
