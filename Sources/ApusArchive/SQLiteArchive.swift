// Part of Apus, Apache-2.0. See LICENSE.
package import ApusController
import ApusTransport
package import ApusWire
import Foundation
import GRDB
import Synchronization

/// An archive of task records in an SQLite database, in the same table and format as IPython Parallel's.
///
/// Writes are deferred: the records that the controller stores are collected and written in one transaction,
/// on the database's own queue. Queries run there too, after all records that were stored before them.
package final class SQLiteArchive: RecordArchive {
  private let database: DatabaseQueue
  private let state: ArchiveStorage
  /// The most records in a transaction, so that a failure repeats only these.
  private static let batch = 500

  package var wake: (@Sendable () -> Void)? {
    get { state.wake }
    set { state.wake = newValue }
  }

  /// Opens a database, creating it if there is none.
  ///
  /// - Parameters:
  ///   - path: the database file.
  ///   - byteLimit: the most bytes of records that are kept while the database cannot be written.
  ///   - timeout: how many seconds a question or a transaction waits while another program has locked the database.
  /// - Throws: an error of SQLite, or ``ProfileError`` `.unreadable` for a table of another format.
  package init(path: String, byteLimit: Int = 256 << 20, timeout: Double = 5) throws {
    state = ArchiveStorage(byteLimit: byteLimit)
    var configuration = GRDB.Configuration()
    configuration.busyMode = .timeout(timeout)
    database = try DatabaseQueue(path: path, configuration: configuration)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    try database.write { db in
      try db.execute(sql: RecordRow.creation)
      let columns = try db.columns(in: RecordRow.table).map(\.name)
      guard columns == TaskRecord.keys else {
        throw ProfileError(
          .unreadable,
          "cannot use \(path): its table \(RecordRow.table) has other columns; move the file away")
      }
    }
  }

  package func store(_ record: TaskRecord) {
    if state.add(record) { schedule() }
  }

  private func schedule() {
    let (state, database) = (state, database)
    database.asyncWriteWithoutTransaction { db in
      if !state.isFailing { Self.flush(state, database, db) }
    }
  }

  /// Writes all waiting records; called on the database's queue.
  ///
  /// If that fails, it is tried again later.
  private static func flush(
    _ state: ArchiveStorage, _ database: DatabaseQueue?, _ db: Database
  ) {
    while true {
      let records = state.take(batch)
      if records.isEmpty {
        if state.succeed() { return }
        continue
      }
      do {
        try db.inTransaction {
          for record in records {
            try db.execute(sql: RecordRow.insertion, arguments: RecordRow.values(record))
          }
          return .commit
        }
      } catch {
        let delay = state.fail(records, because: "\(error)")
        if let database { retry(state, database, after: delay) }
        return
      }
    }
  }

  private static func retry(
    _ state: ArchiveStorage, _ database: DatabaseQueue, after seconds: Double
  ) {
    DispatchQueue.global().asyncAfter(deadline: .now() + seconds) { [weak database] in
      guard let database else { return }
      database.asyncWriteWithoutTransaction { db in flush(state, database, db) }
    }
  }

  /// Runs a query after writing all records stored before it, and delivers its result on the controller's
  /// thread.
  private func ask<Answer>(
    _ question: @escaping @Sendable (Database) throws -> Answer,
    _ answered: @escaping (Result<Answer, RemoteError>) -> Void
  ) {
    let (state, database) = (state, database)
    let receiver = Receiver(answered)
    database.asyncWriteWithoutTransaction { db in
      // While writes fail, the records that wait are added to the answer.
      if !state.isFailing { Self.flush(state, database, db) }
      let result: Result<Answer, RemoteError>
      do {
        result = .success(try question(db))
      } catch let error as RemoteError {
        result = .failure(error)
      } catch {
        result = .failure(RemoteError("OperationalError", "\(error)"))
      }
      receiver.result = result
      state.answer { receiver.deliver() }
    }
  }

  private final class Receiver<Answer>: @unchecked Sendable {
    // Written on the database's queue before the loop is woken, read by the loop after it.
    var result: Result<Answer, RemoteError>?
    private let answered: (Result<Answer, RemoteError>) -> Void

    init(_ answered: @escaping (Result<Answer, RemoteError>) -> Void) { self.answered = answered }

    func deliver() {
      if let result { answered(result) }
    }
  }

  package func find(
    _ query: RecordQuery, _ found: @escaping (Result<[TaskRecord], RemoteError>) -> Void
  ) {
    let state = state
    ask({ db in FoundRecords(records: try Self.find(query, db, state)) }) { result in
      found(result.map(\.records))
    }
  }

  /// The records that match, those that have not been written included.
  private static func find(
    _ query: RecordQuery, _ db: Database, _ state: ArchiveStorage
  ) throws -> [TaskRecord] {
    let written = try RecordRow.find(query, db)
    let waiting = state.waiting
    if waiting.isEmpty { return written }
    let newer = Set(waiting.map(\.id))
    return written.filter { !newer.contains($0.id) } + (try matching(query, waiting))
  }

  private static func matching(
    _ query: RecordQuery, _ records: [TaskRecord]
  ) throws -> [TaskRecord] {
    if let ids = query.ids {
      let wanted = Set(ids)
      return records.filter { wanted.contains($0.id) }.map { $0.copy() }
    }
    let matcher = try RecordMatcher(query)
    var bytes = 0
    return try records.filter { try matcher.matches($0, bytes: &bytes) }.map { $0.copy() }
  }

  package func history(_ found: @escaping (Result<[MessageID], RemoteError>) -> Void) {
    let state = state
    ask(
      { db in
        let written = try String.fetchAll(
          db,
          sql: """
            SELECT msg_id FROM "\(RecordRow.table)" WHERE submitted IS NOT NULL
            ORDER BY submitted, msg_id
            """
        ).map { MessageID($0) }
        let known = Set(written)
        let waiting = state.waiting.filter { $0.submitted != nil && !known.contains($0.id) }
          .map { (time: $0.submitted?.microseconds ?? 0, id: $0.id) }
          .sorted { ($0.time, $0.id.text) < ($1.time, $1.id.text) }
        return written + waiting.map(\.id)
      }, found)
  }

  package func remove(
    _ queries: [RecordQuery], _ removed: @escaping (RemoteError?) -> Void
  ) {
    let state = state
    ask({ db in
      let ids = try queries.flatMap { query in
        try RecordRow.find(query, db, withBuffers: false).map(\.id.text)
      }
      try db.inTransaction {
        for id in ids {
          try db.execute(
            sql: "DELETE FROM \"\(RecordRow.table)\" WHERE msg_id = ?", arguments: [id])
        }
        return .commit
      }
      for query in queries { state.remove(try Self.matching(query, state.waiting).map(\.id)) }
    }) { (result: Result<Void, RemoteError>) in
      if case .failure(let error) = result { removed(error) } else { removed(nil) }
    }
  }

  package func finishReads() -> [ArchiveMessage] {
    for answer in state.answers() { answer() }
    return state.messages()
  }

  package func close() -> [ArchiveMessage] {
    let state = state
    database.writeWithoutTransaction { db in Self.flush(state, nil, db) }
    try? database.close()
    let lost = state.close()
    return state.messages()
      + (lost > 0 ? [.failure("\(lost) records are lost, because they cannot be written")] : [])
  }
}

/// Records on their way from the database's queue to the loop's thread.
private struct FoundRecords: @unchecked Sendable {
  // Made on the queue, handed over once, used by the loop only afterwards.
  let records: [TaskRecord]
}
