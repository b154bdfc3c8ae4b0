// Part of Apus, Apache-2.0. See LICENSE.
import ApusRecordLog

/// One map of a job array: its checkpoint, and the shards that elements have written.
package struct ArrayMap: Sendable {
  package let name: String
  /// The path of its checkpoint, which need not exist.
  package let checkpoint: String
  /// The number of tasks; nil if no shard says so.
  package let count: Int?
  /// The tasks whose results are in the checkpoint, and those that only shards have.
  package let collected: IndexRanges
  package let waiting: IndexRanges
  /// Tasks that have failed and have no result.
  package let failures: [CheckpointSummary.Failure]
  /// The shards whose end is torn; what is before it counts.
  package let damaged: [String]

  /// The tasks without a result.
  package var missing: IndexRanges {
    IndexRanges(Set(collected.indices).union(waiting.indices)).missing(below: count ?? 0)
  }

  /// Whether all results are in the checkpoint.
  package var isComplete: Bool { count.map { collected.missing(below: $0).isEmpty } ?? false }

  /// The maps of an array, by name.
  ///
  /// - Throws: ``WorkerError`` if a file cannot be read or is another's.
  package static func all(in folder: ArrayFolder) throws -> [ArrayMap] {
    try names(in: folder).map { try ArrayMap(name: $0, in: folder) }
  }

  /// The names of the maps that have begun; the file with the checkpoint's path is there before any shard.
  private static func names(in folder: ArrayFolder) throws -> [String] {
    guard System.isFolder(folder.shards) else { return [] }
    return try System.names(in: folder.shards).sorted().filter {
      try System.contents(of: folder.checkpointFile(map: $0)) != nil
    }
  }

  private init(name: String, in folder: ArrayFolder) throws {
    let shards = try Shards(name: name, in: folder)
    let known = try shards.known()
    let found = Set(known.records.map(\.index))
    let others = Set(shards.files.flatMap { $0.contents.records.map(\.index) })
    let notes = known.notes + shards.files.flatMap(\.contents.notes)
    self.name = name
    checkpoint = shards.checkpoint
    count =
      notes.compactMap { note -> Int? in
        if case .begun(let count) = note { count } else { nil }
      }.max()
    collected = IndexRanges(found)
    waiting = IndexRanges(others.subtracting(found))
    failures = CheckpointSummary.failures(notes, except: found.union(others))
    damaged = shards.files.filter(\.contents.isDamaged).map(\.path)
  }

  /// Appends what shards have to the checkpoints.
  ///
  /// A shard may still be written to; what it has so far is taken.
  /// - Returns: how many results were taken of each map, by name.
  /// - Throws: ``WorkerError`` if a checkpoint is in use, is another run's, or takes no more; what was taken before is kept.
  package static func merge(_ folder: ArrayFolder) throws -> [String: Int] {
    var counts: [String: Int] = [:]
    for name in try names(in: folder) {
      counts[name] = try Shards(name: name, in: folder).merge()
    }
    return counts
  }

  /// Removes the shards of maps whose checkpoints have everything.
  package static func removeShards(of maps: [ArrayMap], in folder: ArrayFolder) throws {
    for map in maps where map.isComplete {
      do {
        let path = "\(folder.shards)/\(map.name)"
        for name in try RecordFolder.names(in: path) where name.hasSuffix(".apus") {
          try RecordFolder.remove("\(path)/\(name)")
        }
      } catch {
        throw WorkerError(.checkpoint, "\(error).")
      }
    }
  }
}

/// The shards of one map, read as far as they can be trusted.
private struct Shards {
  struct File {
    let path: String
    let contents: CheckpointRecords.Contents
  }

  let checkpoint: String
  let files: [File]
  /// What all of them say about the run.
  private let header: CheckpointHeader?

  init(name: String, in folder: ArrayFolder) throws {
    let file = folder.checkpointFile(map: name)
    guard let bytes = try System.contents(of: file), !bytes.isEmpty else {
      throw WorkerError(.checkpoint, "\(file) is missing: the folder is no longer whole.")
    }
    checkpoint = String(decoding: bytes, as: UTF8.self)
    let path = "\(folder.shards)/\(name)"
    var files: [File] = []
    for name in try System.names(in: path).sorted() where name.hasSuffix(".apus") {
      // One whose element has just begun is empty.
      guard let bytes = try System.contents(of: "\(path)/\(name)"),
        let contents = CheckpointRecords.read(bytes), contents.header != nil
      else { continue }
      files.append(File(path: "\(path)/\(name)", contents: contents))
    }
    self.files = files
    header = files.first?.contents.header
    if let header, let other = files.first(where: { $0.contents.header != header }) {
      let difference = other.contents.header.flatMap { $0.difference(from: header, accepting: []) }
      throw WorkerError(
        .checkpoint,
        "\(files[0].path) and \(other.path) belong to different runs: \(difference ?? "their headers differ"). Remove the shards of the wrong one."
      )
    }
  }

  /// What the checkpoint has.
  func known() throws -> CheckpointRecords.Contents {
    guard let bytes = try System.contents(of: checkpoint), !bytes.isEmpty else {
      return CheckpointRecords.Contents()
    }
    guard let contents = CheckpointRecords.read(bytes), let found = contents.header else {
      throw WorkerError(.checkpoint, "\(checkpoint) is not a checkpoint, and was left as it is.")
    }
    if let header, let difference = header.difference(from: found, accepting: []) {
      throw WorkerError(
        .checkpoint,
        "\(checkpoint) belongs to another run than its shards, and was left as it is: \(difference)."
      )
    }
    return contents
  }

  func merge() throws -> Int {
    guard let header else { return 0 }
    do {
      // Held while it is read and written, so that no run comes between.
      let target = try RecordFile(checkpoint)
      let known = try known()
      let (bytes, taken) = try news(to: known)
      if !bytes.isEmpty {
        let start = known.header == nil ? try CheckpointRecords.header(header) : []
        try target.cut(at: known.end)
        try target.append(start + bytes, at: known.end)
      }
      // Also what one before has written, and was perhaps killed before it was on the disk.
      try target.sync()
      // Its shards may be removed then.
      try RecordFolder.sync(RecordFolder.folder(of: checkpoint))
      return taken
    } catch let error as RecordFileError {
      throw WorkerError(.checkpoint, "\(error).")
    }
  }

  /// What shards have and the checkpoint has not, as its bytes, and the number of results.
  private func news(to known: CheckpointRecords.Contents) throws -> (bytes: [UInt8], taken: Int) {
    var elements = Dictionary(
      known.records.map { ($0.index, $0.element) }, uniquingKeysWith: { first, _ in first })
    var bytes: [UInt8] = []
    var taken = 0
    if let note = Self.largest(files.flatMap(\.contents.notes)), note != Self.largest(known.notes) {
      bytes += try CheckpointRecords.note(note)
    }
    for file in files {
      for record in file.contents.records {
        if let element = elements[record.index] {
          guard element == record.element else {
            throw WorkerError(
              .checkpoint,
              "\(file.path) belongs to another run than \(checkpoint): element \(record.index) was another one. Nothing was taken."
            )
          }
          continue
        }
        elements[record.index] = record.element
        bytes += CheckpointRecords.record(
          index: record.index, attempt: record.attempt, element: record.element,
          result: Array(record.result))
        taken += 1
      }
    }
    return (bytes, taken)
  }

  /// The note of a run with most tasks.
  private static func largest(_ notes: [CheckpointNote]) -> CheckpointNote? {
    notes.filter(\.isBegin).max { ($0.count ?? 0) < ($1.count ?? 0) }
  }
}
