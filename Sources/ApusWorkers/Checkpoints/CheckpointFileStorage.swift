// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import ApusRecordLog
import Synchronization

/// An open checkpoint, to which one run at a time appends.
final class CheckpointFile: Sendable {
  private struct State {
    var end: Int
    /// What precedes the first record that is appended; a run that is refused appends nothing.
    var note: [UInt8]
    var failure: WorkerError?
  }

  private let path: String
  private let file: RecordFile
  private let records: [Int: CheckpointRecords.Record]
  private let state: Mutex<State>
  /// The share of the map that is computed here, and by no other process; nil for all of it.
  let share: ArrayPart?

  /// Opens or makes a file for a run of so many tasks.
  ///
  /// An element of a job array only reads the file, and appends to a shard of its own, unless no task is missing.
  /// - Throws: ``WorkerError`` if it belongs to another run, is in use, or cannot be read and written.
  convenience init(_ checkpoint: Checkpoint, _ header: CheckpointHeader, count: Int?) throws {
    guard let chunk = try ArrayChunk.current() else {
      try self.init(checkpoint, header, count: count, isShared: false)
      return
    }
    let known = try Self.read(checkpoint, header)
    let count = count ?? 0
    guard known.keys.count(where: { $0 < count }) < count || known.isEmpty else {
      // All that is asked of it is there.
      try self.init(checkpoint, header, count: count, isShared: true)
      return
    }
    var shard = checkpoint
    shard.path = try chunk.prepareShard(checkpoint)
    try self.init(
      shard, header, count: count, known: known,
      share: ArrayPart(chunk, checkpoint, shard: shard.path))
  }

  /// The records of a checkpoint that others may read at the same time.
  private static func read(
    _ checkpoint: Checkpoint, _ header: CheckpointHeader
  ) throws -> [Int: CheckpointRecords.Record] {
    guard let bytes = try System.contents(of: checkpoint.path), !bytes.isEmpty else { return [:] }
    let found = CheckpointRecords.read(bytes)
    guard let found, let old = found.header else {
      throw WorkerError(
        .checkpoint, "\(checkpoint.path) is not a checkpoint, and was left as it is.")
    }
    try check(old, header, checkpoint)
    return Self.byIndex(found.records)
  }

  private static func byIndex(
    _ records: [CheckpointRecords.Record]
  ) -> [Int: CheckpointRecords.Record] {
    Dictionary(records.map { ($0.index, $0) }, uniquingKeysWith: { first, _ in first })
  }

  private static func check(
    _ old: CheckpointHeader, _ header: CheckpointHeader, _ checkpoint: Checkpoint
  ) throws {
    guard let difference = header.difference(from: old, accepting: checkpoint.accepting) else {
      return
    }
    throw WorkerError(
      .checkpoint,
      "\(checkpoint.path) belongs to another run, and was left as it is: \(difference). Name another file."
    )
  }

  /// - Parameters:
  ///   - isShared: whether other processes may have the file open; nothing will be appended.
  ///   - known: records of another file that count as this one's.
  private init(
    _ checkpoint: Checkpoint, _ header: CheckpointHeader, count: Int?, isShared: Bool = false,
    known: [Int: CheckpointRecords.Record] = [:], share: ArrayPart? = nil
  ) throws {
    let note = CheckpointNote.begun(count: count)
    path = checkpoint.path
    self.share = share
    file = try WorkerError.reporting { () throws(RecordFileError) in
      try RecordFile(checkpoint.path, isShared: isShared)
    }
    let bytes = try WorkerError.reporting { [file] () throws(RecordFileError) in
      try file.readAll()
    }
    let start = try CheckpointRecords.header(header)
    guard let found = CheckpointRecords.read(bytes) else {
      throw WorkerError(
        .checkpoint, "\(path) is not a checkpoint, and was left as it is: name another file.")
    }
    if let old = found.header {
      try Self.check(old, header, checkpoint)
      records = Self.byIndex(found.records).merging(known) { own, _ in own }
      if !isShared {
        try WorkerError.reporting { [file] () throws(RecordFileError) in
          try file.cut(at: found.end)
        }
      }
      let isNoted = found.notes.last(where: \.isBegin) == note
      state = Mutex(State(end: found.end, note: isNoted ? [] : try CheckpointRecords.note(note)))
      Self.say(checkpoint, found.records.count, found.isDamaged)
    } else {
      // Only a file that was cut within its header has nothing to lose.
      guard bytes.count <= start.count else {
        throw WorkerError(
          .checkpoint,
          "\(path) is damaged at its beginning, and was left as it is: name another file.")
      }
      records = known
      try WorkerError.reporting { [file] () throws(RecordFileError) in
        try file.cut(at: 0)
        try file.append(start, at: 0)
      }
      state = Mutex(State(end: start.count, note: try CheckpointRecords.note(note)))
    }
    // What a shard is a part of is known though no task of it may end.
    if share != nil { try append([]) }
  }

  private static func say(_ checkpoint: Checkpoint, _ count: Int, _ isDamaged: Bool) {
    guard count > 0 || isDamaged else { return }
    let damage = isDamaged ? "; what was damaged at its end is computed again" : ""
    let line = "\(checkpoint.path): \(count) tasks were finished before\(damage)"
    if let notice = checkpoint.notice {
      notice(line)
    } else {
      System.writeError("apus: \(line)\n")
    }
  }

  /// The encoded result of a task that was finished before.
  ///
  /// - Parameter element: the encoded element of the task now.
  /// - Throws: ``WorkerError`` if it was another element then.
  func result(of index: Int, element: [UInt8]) throws -> [UInt8]? {
    guard let record = records[index] else { return nil }
    guard record.element == Digest.of(element) else {
      throw WorkerError(
        .checkpoint,
        "\(path) belongs to another run, and was left as it is: element \(index) was another one. Name another file."
      )
    }
    return Array(record.result)
  }

  /// Checks the elements of all tasks that were finished before, so that a run that is refused appends nothing.
  ///
  /// - Throws: ``WorkerError`` for the first that was another one.
  func check<Element: Encodable>(_ elements: some Sequence<Element>) throws {
    if records.isEmpty { return }
    if let known = elements as? any KnownInputs {
      return try check(known: known)
    }
    for (index, element) in elements.enumerated() where contains(index) {
      _ = try result(of: index, element: BinaryEncoder.canonical(element))
    }
  }

  /// The same for inputs of which only those are looked at that have records.
  private func check(known inputs: any KnownInputs) throws {
    for index in records.keys.sorted() where index < inputs.count {
      _ = try result(of: index, element: BinaryEncoder.canonical(inputs[index]))
    }
  }

  /// Decodes a result that was finished before.
  ///
  /// - Throws: ``WorkerError`` if it is of another type.
  func decode<Output: Decodable>(_ type: Output.Type, _ bytes: [UInt8], _ index: Int) throws
    -> Output
  {
    do {
      return try BinaryDecoder.decode(type, from: bytes)
    } catch {
      throw WorkerError(
        .checkpoint,
        "\(path) holds a result of task \(index) that is no \(type): \(error). Name another file.")
    }
  }

  /// Whether a task is not to be computed here, because another element of the job array does.
  func isElsewhere(_ index: Int) -> Bool { share.map { !$0.contains(index) } ?? false }

  /// The number of tasks that were finished before.
  var finishedCount: Int { records.count }

  /// Whether a task was finished before.
  func contains(_ index: Int) -> Bool { records[index] != nil }

  /// Appends the result of a task.
  ///
  /// - Throws: ``WorkerError`` if the file takes no more; what was written before stays readable.
  func append(_ index: Int, attempt: Int, element: [UInt8], result: [UInt8]) throws {
    try append(
      CheckpointRecords.record(
        index: index, attempt: attempt, element: Digest.of(element), result: result))
  }

  /// Appends a failure, for those who look at the file; the next run begins the task again.
  func append(_ failure: RemoteFailure) throws {
    try append(
      CheckpointRecords.note(
        .failed(
          index: failure.index, attempt: failure.attempt, cause: "\(failure.cause)",
          streamLine: failure.streamLine)))
  }

  private func append(_ bytes: [UInt8]) throws {
    try state.withLock { state in
      if let failure = state.failure { throw failure }
      do {
        let (bytes, end) = (state.note + bytes, state.end)
        try WorkerError.reporting { [file] () throws(RecordFileError) in
          try file.append(bytes, at: end)
        }
        state.end += bytes.count
        state.note = []
      } catch let error as WorkerError {
        state.failure = error
        throw error
      }
    }
  }
}

extension WorkerError {
  /// Does something to a checkpoint's file, and says what to do if it fails.
  fileprivate static func reporting<Output>(
    _ body: () throws(RecordFileError) -> Output
  ) throws(WorkerError) -> Output {
    do throws(RecordFileError) {
      return try body()
    } catch {
      throw WorkerError(.checkpoint, text(error))
    }
  }

  private static func text(_ error: RecordFileError) -> String {
    switch error.code {
    case .cannotOpen, .cannotRead: "\(error)."
    case .inUse:
      "\(error.path) is in use by another run: wait for its end, or name another file."
    case .cannotWrite:
      "\(error.path) takes no more results: \(error.reason). What was finished before is kept; make room and run again."
    }
  }
}
