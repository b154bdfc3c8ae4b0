// Part of Apus, Apache-2.0. See LICENSE.

/// What a checkpoint says about its run.
package struct CheckpointSummary: Sendable {
  /// A task that has failed and has not been finished since.
  package struct Failure: Sendable, Codable, Equatable {
    package let index: Int
    package let attempt: Int
    package let cause: String
    /// The line that makes the task's random numbers; nil if it has none.
    package let streamLine: String?
  }

  package let path: String
  /// The name of the function's type.
  package let function: String
  /// Where its random numbers come from; nil if there are none.
  package let origin: String?
  /// The number of finished tasks.
  package let finished: Int
  /// The number of all tasks of the last run; nil if it was not known.
  package let count: Int?
  package let failures: [Failure]
  /// Whether the end of the file is torn or damaged.
  package let isDamaged: Bool
  /// Whether a run is using the file now.
  package let isInUse: Bool

  /// Reads a checkpoint, without changing it.
  ///
  /// - Returns: nil for a file of another kind.
  /// - Throws: ``WorkerError`` if it cannot be read.
  package init?(path: String) throws {
    guard let (bytes, isInUse) = try System.readCheckpoint(path, CheckpointRecords.magic),
      let contents = CheckpointRecords.read(bytes), let header = contents.header
    else { return nil }
    self.path = path
    function = TypeName(header.function)?.type.map { String(reflecting: $0) } ?? header.function
    origin = header.origin.map { "\($0)" }
    let known = Set(contents.records.map(\.index))
    finished = known.count
    var count: Int?
    for case .begun(let tasks) in contents.notes { count = tasks }
    self.count = count
    failures = Self.failures(contents.notes, except: known)
    isDamaged = contents.isDamaged
    self.isInUse = isInUse
  }

  /// The tasks that have failed, but for those with a result.
  static func failures(_ notes: [CheckpointNote], except known: Set<Int>) -> [Failure] {
    var failures: [Int: Failure] = [:]
    for case .failed(let index, let attempt, let cause, let line) in notes
    where !known.contains(index) {
      failures[index] = Failure(index: index, attempt: attempt, cause: cause, streamLine: line)
    }
    return failures.values.sorted { $0.index < $1.index }
  }
}
