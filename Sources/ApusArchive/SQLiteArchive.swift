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
  private let state = ArchiveStorage()

  package var wake: (@Sendable () -> Void)? {
    get { state.wake }
    set { state.wake = newValue }
  }

  /// Opens a database, creating it if there is none.
  ///
  /// - Parameters:
  ///   - path: the database file.
  ///   - timeout: how many seconds a question or a transaction waits while another program has locked the database.
  /// - Throws: an error of SQLite, or ``ProfileError`` `.unreadable` for a table of another format.
  package init(path: String, timeout: Double = 5) throws {
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
    let state = state
    database.asyncWriteWithoutTransaction { db in
      Self.flush(state, db)
    }
  }

  /// Writes all waiting records; called on the database's queue.
  private static func flush(_ state: ArchiveStorage, _ db: Database) {
    let records = state.take()
    if records.isEmpty { return }
    do {
      try db.inTransaction {
        for record in records {
          try db.execute(sql: RecordRow.insertion, arguments: RecordRow.values(record))
        }
        return .commit
      }
    } catch {
      let dropped = state.putBack(records)
      let rest =
        dropped > 0
        ? "; \(dropped) of them were dropped" : "; they will be retried with the next one"
      state.fail("\(records.count) records could not be written: \(error)\(rest)")
    }
  }

  /// Runs a query after writing all records stored before it, and delivers its result on the controller's
  /// thread.
  private func ask<Answer>(
    _ question: @escaping @Sendable (Database) throws -> Answer,
    _ answered: @escaping (Result<Answer, RemoteError>) -> Void
  ) {
    let state = state
    let receiver = Receiver(answered)
    database.asyncWriteWithoutTransaction { db in
      Self.flush(state, db)
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
    ask({ db in FoundRecords(records: try RecordRow.find(query, db)) }) { result in
      found(result.map(\.records))
    }
  }

  package func history(_ found: @escaping (Result<[MessageID], RemoteError>) -> Void) {
    ask(
      { db in
        try String.fetchAll(
          db,
          sql: """
            SELECT msg_id FROM "\(RecordRow.table)" WHERE submitted IS NOT NULL
            ORDER BY submitted, msg_id
            """
        ).map { MessageID($0) }
      }, found)
  }

  package func remove(
    _ queries: [RecordQuery], _ removed: @escaping (RemoteError?) -> Void
  ) {
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
    }) { (result: Result<Void, RemoteError>) in
      if case .failure(let error) = result { removed(error) } else { removed(nil) }
    }
  }

  package func finishReads() -> [String] {
    for answer in state.answers() { answer() }
    return state.complaints()
  }

  package func close() {
    let state = state
    database.writeWithoutTransaction { db in Self.flush(state, db) }
    try? database.close()
  }
}

/// Records on their way from the database's queue to the loop's thread.
private struct FoundRecords: @unchecked Sendable {
  // Made on the queue, handed over once, used by the loop only afterwards.
  let records: [TaskRecord]
}
