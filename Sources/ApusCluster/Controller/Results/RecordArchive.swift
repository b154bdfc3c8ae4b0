// Part of Apus, Apache-2.0. See LICENSE.
package import ApusWire

/// Keeps records beyond those in memory.
///
/// Nothing here waits: what takes time happens on a thread of its own, whose answers ``finishReads()``
/// hands over on the loop's.
package protocol RecordArchive: AnyObject {
  /// Has the loop call ``finishReads()`` soon; set before anything else is called.
  var wake: (@Sendable () -> Void)? { get set }

  /// Stores a record, or its newer state.
  func store(_ record: TaskRecord)

  /// Finds records, in the order of their submission.
  func find(_ query: RecordQuery, _ found: @escaping (Result<[TaskRecord], RemoteError>) -> Void)

  /// Names of all requests, in the order of their submission.
  func history(_ found: @escaping (Result<[MessageID], RemoteError>) -> Void)

  /// Drops records.
  func remove(_ query: RecordQuery, _ removed: @escaping (RemoteError?) -> Void)

  /// Calls those whose answers are there.
  ///
  /// - Returns: what went wrong meanwhile, for the log.
  func finishReads() -> [String]

  /// Stores what is still in memory and ends.
  func close()
}
