// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel

// Safety: The targets are pointers into arrays of as many elements as the plan has rows. Each chunk writes only its own rows,
// whose ranges do not overlap.

/// One pass over all chunks in parallel.
struct ChunkRun: @unchecked Sendable {
  // The pointers are shared, and each row is written by one chunk only.

  /// A group that has so many texts in a field is complete if most of its rows brought a new one: groups would hardly share
  /// texts, and in small tables they are found faster.
  private static let manyTexts = 1 << 16
  private static let most = 0.8

  let source: ByteSource
  let plan: ChunkPlan
  let layout: CSVLayout
  let missing: MissingTexts
  /// For each field of a row.
  let targets: [FieldTarget]
  /// The fields that have targets.
  let fields: [Int]
  /// Where the lines of rows go.
  let lineTarget: FieldTarget?
  let workers: Int?

  /// What was met in a field.
  struct Result {
    var report: FieldReport
    /// Its texts; the codes of the rows are positions among them.
    var texts: TextGroups
  }

  /// Reads all rows.
  ///
  /// - Returns: what was met in each of ``fields``.
  /// - Throws: ``TableError``, the first in the order of the rows.
  func read() throws -> [Result] {
    let queue = ChunkQueueStorage(count: plan.chunks.count)
    let count = min(workers ?? ThreadBudget.current.count, plan.chunks.count)
    let found = (0..<count).parallelMap(workers: workers) { _ in read(from: queue) }
    if let first = found.compactMap(\.failure).min(by: { $0.chunk < $1.chunk }) {
      throw first.error
    }
    var groups = found.flatMap(\.groups)
    return try fields.map { field in
      var report = FieldReport()
      for group in groups { report.join(group.reports[field]) }
      return Result(report: report, texts: try joinTexts(field, &groups))
    }
  }

  // MARK: Reading

  /// What a worker read.
  private struct Found {
    var groups: [ChunkGroup] = []
    var failure: (chunk: Int, error: any Error)?
  }

  /// Reads chunks until none is left or one is at fault; all before it were handed out.
  private func read(from queue: ChunkQueueStorage) -> Found {
    var found = Found()
    var next = queue.take()
    var tables = [LevelTable](repeating: LevelTable(missing), count: targets.count)
    while next != nil && found.failure == nil {
      var group = ChunkGroup(fieldCount: targets.count)
      while let chunk = next, found.failure == nil, !isComplete(group, tables) {
        do {
          try read(chunk, &group, &tables)
          next = queue.take()
        } catch {
          found.failure = (chunk, error)
        }
      }
      // After an error the table is not made.
      if found.failure == nil { takeTexts(&group, &tables) }
      found.groups.append(group)
    }
    return found
  }

  private func isComplete(_ group: ChunkGroup, _ tables: [LevelTable]) -> Bool {
    fields.contains { field in
      let count = tables[field].texts.count
      return count >= Self.manyTexts && Double(count) > Self.most * Double(group.rowCount)
    }
  }

  private func read(_ index: Int, _ group: inout ChunkGroup, _ tables: inout [LevelTable]) throws {
    var lines: UnsafeMutablePointer<Int>?
    if case .integers(let target) = lineTarget { lines = target }
    let chunk = plan.chunks[index]
    try source.withBytes(chunk.bytes) { bytes in
      var reader = ChunkReader(
        bytes, rows: chunk.rows, line: chunk.line, layout, missing, targets, lineTarget: lines,
        name: source.name, reports: group.reports, tables: tables)
      (group.reports, tables) = ([], [])
      try reader.readRows()
      (group.reports, tables) = (reader.reports, reader.tables)
    }
    group.append(index, rows: chunk.rows)
  }

  // MARK: Texts

  /// Gives a group the texts of its rows.
  private func takeTexts(_ group: inout ChunkGroup, _ tables: inout [LevelTable]) {
    for field in fields {
      guard case .codes = targets[field] else { continue }
      group.reports[field].firstInvalid = tables[field].invalid
      group.texts[field] = tables[field].takeTexts()
    }
  }

  /// Joins the texts of the groups, and gives all rows the positions of theirs among those of all groups.
  ///
  /// - Throws: ``TableError`` `.values` if there are too many.
  private func joinTexts(_ field: Int, _ groups: inout [ChunkGroup]) throws -> TextGroups {
    guard case .codes(let codes) = targets[field] else { return TextGroups([]) }
    let texts = TextGroups(groups.indices.map { groups[$0].takeTexts(field) })
    guard texts.count <= Int32.max else {
      throw TableError(.values, "\(source.name) has a column of more than 2^31 different texts.")
    }
    let target = CodeTarget(codes: codes)
    let others = zip(groups, texts.starts).dropFirst().map { ($0.chunks, Int32($1)) }
    others.parallelForEach(workers: workers) { chunks, start in
      for chunk in chunks {
        for row in plan.chunks[chunk].rows where target.codes[row] >= 0 {
          target.codes[row] += start
        }
      }
    }
    return texts
  }

  private struct CodeTarget: @unchecked Sendable {
    // Each row is written by one worker.
    let codes: UnsafeMutablePointer<Int32>
  }
}
