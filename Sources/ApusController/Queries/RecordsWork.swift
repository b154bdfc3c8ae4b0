// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire

/// The answer to a `db_request`, found in slices: the records that match, in the order of their submission.
final class RecordsWork {
  private enum Stage {
    case reading(IdentifierList)
    case scanning([MessageID])
    /// Records of the archive, which all match.
    case taking([TaskRecord])
    case sorting(SlicedSort<SubmittedRecord>)
    case writing([SubmittedRecord])
  }

  let query: Query
  let matcher: RecordMatcher
  private var stage: Stage
  private var position = 0
  private var reply: RecordsReply
  private var sort = SlicedSort<SubmittedRecord>()

  /// - Throws: an error of the query, or `KeyError` for a key that records do not have.
  init(_ query: Query) throws(RemoteError) {
    self.query = query
    let keys = query.content["keys"]?.strings.map {
      Array(Set($0.prefix(RecordQuery.maximumTests))).sorted()
    }
    if let unknown = keys?.first(where: { !TaskRecord.keys.contains($0) }) {
      throw RemoteError("KeyError", unknown)
    }
    reply = RecordsReply(keys: keys)
    matcher = try RecordMatcher(RecordQuery(query.content["query"] ?? [:]))
    stage = .scanning([])
  }

  /// Starts with the records in memory.
  func start(_ records: RecordKeeping) throws(RemoteError) {
    if let ids = matcher.query.idOperand {
      stage = .reading(try IdentifierList(ids, skipsOthers: true))
    } else {
      stage = .scanning(records.ids)
    }
  }

  /// Starts with the records that the archive has found.
  func start(with found: [TaskRecord]) { stage = .taking(found) }

  /// Goes on until the slice is used up or the answer is complete.
  ///
  /// - Returns: whether it is complete.
  /// - Throws: a `TypeError` if values cannot be compared, a `ValueError` if the answer is too long.
  func step(
    _ requests: Requests, _ records: RecordKeeping, _ exchange: inout MessageExchange,
    _ slice: inout Slice
  ) throws(RemoteError) -> Bool {
    while true {
      switch stage {
      case .reading(var list):
        stage = .taking([])
        guard try list.step(&slice) else {
          stage = .reading(list)
          return false
        }
        stage = .scanning(list.ids)
      case .scanning(let ids):
        guard try scan(ids, requests, records, &slice) else { return false }
        stage = .sorting(sort)
      case .taking(let found):
        guard take(found, requests, &slice) else { return false }
        stage = .sorting(sort)
      case .sorting(var sort):
        stage = .taking([])
        guard let sorted = sort.step(&slice, { $0 < $1 }) else {
          stage = .sorting(sort)
          return false
        }
        stage = .writing(sorted)
        position = 0
      case .writing(let sorted):
        guard try write(sorted, &slice) else { return false }
        exchange.reply(to: query, reply.content, buffersOf: reply.messages)
        return true
      }
    }
  }

  private func scan(
    _ ids: [MessageID], _ requests: Requests, _ records: RecordKeeping, _ slice: inout Slice
  ) throws(RemoteError) -> Bool {
    try ids.forEach(from: &position, &slice) { id, slice throws(RemoteError) in
      guard let record = records[id] else { return }
      if !record.isCompleted, let engine = requests.engine(of: id) { record.engine = engine }
      var bytes = 0
      if try matcher.matches(record, bytes: &bytes) { sort.append(SubmittedRecord(record)) }
      slice.count(bytes: bytes)
    }
  }

  private func take(
    _ found: [TaskRecord], _ requests: Requests, _ slice: inout Slice
  ) -> Bool {
    found.forEach(from: &position, &slice) { record, _ in
      if !record.isCompleted, let engine = requests.engine(of: record.id) { record.engine = engine }
      sort.append(SubmittedRecord(record))
    }
  }

  private func write(
    _ sorted: [SubmittedRecord], _ slice: inout Slice
  ) throws(RemoteError) -> Bool {
    var last = position > 0 ? sorted[position - 1].record.id : nil
    return try sorted.forEach(from: &position, &slice) { item, slice throws(RemoteError) in
      if item.record.id != last { slice.count(bytes: try reply.add(item.record)) }
      last = item.record.id
    }
  }
}

/// A record with the time of its submission, by which records are sorted.
struct SubmittedRecord {
  let record: TaskRecord
  private let time: Int

  init(_ record: TaskRecord) {
    self.record = record
    time = record.submitted?.microseconds ?? .min
  }

  /// Whether a record was submitted before another, or in the same microsecond with a smaller identifier.
  static func < (a: SubmittedRecord, b: SubmittedRecord) -> Bool {
    (a.time, a.record.id.text) < (b.time, b.record.id.text)
  }
}
