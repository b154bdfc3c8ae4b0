// Part of Apus, Apache-2.0. See LICENSE.
package import ApusWire

/// A store for task records beyond those in memory.
///
/// Nothing here blocks: slow work happens on another thread, and ``finishReads()`` hands over its answers on
/// the loop's thread.
package protocol RecordArchive: AnyObject {
  /// Makes the loop call ``finishReads()`` soon; must be set before anything else is called.
  var wake: (@Sendable () -> Void)? { get set }

  /// Stores a record, or its newer state.
  func store(_ record: TaskRecord)

  /// Finds records, in the order of their submission.
  func find(_ query: RecordQuery, _ found: @escaping (Result<[TaskRecord], RemoteError>) -> Void)

  /// Finds the identifiers of all requests, in the order of their submission.
  func history(_ found: @escaping (Result<[MessageID], RemoteError>) -> Void)

  /// Removes the records that match any of the queries.
  func remove(_ queries: [RecordQuery], _ removed: @escaping (RemoteError?) -> Void)

  /// Hands over the answers that have arrived.
  ///
  /// - Returns: what happened to the archive meanwhile, for the log.
  func finishReads() -> [ArchiveMessage]

  /// Stores what is still in memory and closes the database.
  ///
  /// - Returns: what could not be stored, for the log.
  func close() -> [ArchiveMessage]
}

/// What an archive says of itself.
package enum ArchiveMessage: Sendable, Hashable {
  case failure(String)
  case recovery(String)
}
