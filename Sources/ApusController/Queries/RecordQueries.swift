// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire

/// Answers queries about records and results, at once from memory or later from the archive.
package struct RecordQueries {
  /// A query that waits for the archive's reply.
  enum Pending {
    case results(Query, [MessageID])
    case records(Query, RecordQuery, keys: [String]?)
    case history(Query)
    case purge(Query)
    case resubmission(Query, [MessageID])
  }

  private var pending: [Int: Pending] = [:]
  private var nextToken = 0

  package init() {}

  private mutating func token(for query: Pending) -> Int {
    nextToken += 1
    pending[nextToken] = query
    return nextToken
  }

  /// Removes and returns the query that waits for a reply from the archive.
  mutating func take(_ token: Int) -> Pending? { pending.removeValue(forKey: token) }

  // MARK: Finding

  /// Finds records in memory.
  ///
  /// - Returns: nil if the archive was asked; its reply comes later.
  mutating func find(
    _ wanted: RecordQuery, for query: Pending, _ requests: Requests,
    _ records: inout RecordKeeping
  ) throws(RemoteError) -> [TaskRecord]? {
    guard records.hasArchive else {
      return try records.find(wanted, engine: requests.engine(of:))
    }
    records.ask(.find(wanted, token: token(for: query)))
    return nil
  }

  /// Asks the archive for the identifiers of all requests, or returns those in memory.
  mutating func history(_ query: Query, _ records: inout RecordKeeping) -> [MessageID]? {
    guard records.hasArchive else { return records.history }
    records.ask(.history(token: token(for: .history(query))))
    return nil
  }

  /// Removes records.
  ///
  /// - Returns: false if the archive was asked to remove them too; its reply comes later.
  mutating func remove(
    _ wanted: [RecordQuery], _ query: Query, _ requests: Requests, _ records: inout RecordKeeping
  ) throws(RemoteError) -> Bool {
    for wanted in wanted {
      for record in try records.find(wanted, engine: requests.engine(of:)) {
        records.remove(record.id)
      }
    }
    guard records.hasArchive else { return true }
    records.ask(.remove(wanted, token: token(for: .purge(query))))
    return false
  }

  /// Adds to the archive's records those that are only in memory, because the database could not be written.
  static func merge(
    _ archived: [TaskRecord], _ wanted: RecordQuery, _ requests: Requests, _ records: RecordKeeping
  ) -> [TaskRecord] {
    guard let ids = wanted.ids else { return archived }
    let known = Set(archived.filter(\.isCompleted).map(\.id))
    let open = Set(ids).subtracting(known).sorted { $0.text < $1.text }
    let others = records.records(open, engine: requests.engine(of:))
    let inMemory = Set(others.map(\.id))
    return archived.filter { !inMemory.contains($0.id) } + others
  }
}

extension Query {
  /// The message identifiers in a JSON value: one, or a list.
  func ids(_ value: JSONValue?) throws(RemoteError) -> [MessageID] {
    if let text = value?.string { return [MessageID(text)] }
    guard let texts = value?.strings else {
      throw RemoteError("TypeError", "msg_ids is a list of message identifiers")
    }
    return texts.map { MessageID($0) }
  }

  /// The records that a `purge_request` names.
  func purged(
    _ engines: EngineRegistry, isOpen: (MessageID) -> Bool
  ) throws(RemoteError) -> [RecordQuery] {
    let isCompleted = RecordQuery.Test(key: "completed", operation: .ne, value: .null)
    if content["msg_ids"]?.string == "all" { return [RecordQuery(tests: [isCompleted])] }
    let ids = try ids(content["msg_ids"] ?? [])
    if let open = ids.first(where: isOpen) {
      throw RemoteError("IndexError", "msg pending: '\(open)'")
    }
    var queries = [RecordQuery(ids: ids)]
    for value in content["engine_ids"]?.array ?? [] {
      guard let engine = value.integer.flatMap({ engines.engine(number: $0) }) else {
        throw RemoteError("IndexError", "No such engine: \(JSONText(value))")
      }
      let test = RecordQuery.Test(
        key: "engine_uuid", operation: .eq, value: .string(engine.id.uuid))
      queries.append(RecordQuery(tests: [test, isCompleted]))
    }
    return queries
  }
}
