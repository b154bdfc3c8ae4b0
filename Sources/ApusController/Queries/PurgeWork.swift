// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire

/// The removal of records that a `purge_request` names, in slices.
///
/// First all names are checked, so that a request that cannot be fulfilled removes nothing.
final class PurgeWork {
  private enum Stage {
    case reading(IdentifierList)
    case checking([MessageID])
    case removing([MessageID])
    case scanning([MessageID])
  }

  let query: Query
  private var stage: Stage
  private var position = 0
  private var named: [MessageID] = []
  /// The queries for finished records, besides those that are named.
  private let matchers: [RecordMatcher]

  /// - Throws: `IndexError` for an engine that is not known, `TypeError` for names that are none.
  init(_ query: Query, _ engines: EngineRegistry) throws(RemoteError) {
    self.query = query
    let isCompleted = RecordQuery.Test(key: "completed", operation: .ne, value: .null)
    if query.content["msg_ids"]?.string == "all" {
      matchers = [try RecordMatcher(RecordQuery(tests: [isCompleted]))]
      stage = .removing([])
      return
    }
    stage = .reading(try IdentifierList(query.content["msg_ids"] ?? []))
    var matchers: [RecordMatcher] = []
    var seen: Set<EngineID> = []
    for value in query.content["engine_ids"]?.array ?? [] {
      guard let engine = value.integer.flatMap({ engines.engine(number: $0) }) else {
        throw RemoteError("IndexError", "No such engine: \(JSONText(value))")
      }
      let test = RecordQuery.Test(
        key: "engine_uuid", operation: .eq, value: .string(engine.id.uuid))
      if seen.insert(engine.id).inserted {
        matchers.append(try RecordMatcher(RecordQuery(tests: [test, isCompleted])))
      }
    }
    self.matchers = matchers
  }

  /// What the archive must remove too.
  var archived: [RecordQuery] {
    (named.isEmpty ? [] : [RecordQuery(ids: named)]) + matchers.map(\.query)
  }

  /// Goes on until the slice is used up or the records in memory are removed.
  ///
  /// - Returns: whether they are removed.
  /// - Throws: `IndexError` for a request that has not ended.
  func step(
    _ requests: Requests, _ records: inout RecordKeeping, _ slice: inout Slice
  ) throws(RemoteError) -> Bool {
    while true {
      switch stage {
      case .reading(var list):
        stage = .removing([])
        guard try list.step(&slice) else {
          stage = .reading(list)
          return false
        }
        stage = .checking(list.ids)
      case .checking(let ids):
        let isComplete = try ids.forEach(from: &position, &slice) { id, _ throws(RemoteError) in
          if requests.state(of: id) == .pending {
            throw RemoteError("IndexError", "msg pending: '\(id)'")
          }
        }
        guard isComplete else { return false }
        (stage, position, named) = (.removing(ids), 0, ids)
      case .removing(let ids):
        let isComplete = ids.forEach(from: &position, &slice) { id, _ in
          // It may have begun since it was checked.
          if requests.state(of: id) != .pending { records.remove(id) }
        }
        guard isComplete else { return false }
        (stage, position) = (.scanning(matchers.isEmpty ? [] : records.ids), 0)
      case .scanning(let ids):
        return try ids.forEach(from: &position, &slice) { id, slice throws(RemoteError) in
          guard let record = records[id] else { return }
          var bytes = 0
          for matcher in matchers where try matcher.matches(record, bytes: &bytes) {
            records.remove(id)
            break
          }
          slice.count(bytes: bytes)
        }
      }
    }
  }
}
