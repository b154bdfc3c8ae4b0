// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel

// Safety: The targets are pointers into arrays of as many elements as the plan has rows. Each chunk writes only its own rows,
// whose ranges do not overlap.

/// One pass over all chunks in parallel.
struct ChunkRun: @unchecked Sendable {
  // The pointers are shared, and each row is written by one chunk only.
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

  /// Reads all rows.
  ///
  /// - Returns: what was met in each of ``fields``; codes are those of its levels.
  /// - Throws: ``TableError``, the first in the order of the rows.
  func read() throws -> [FieldReport] {
    let found = plan.chunks.parallelMap(workers: workers) { chunk in
      Result { try read(chunk) }
    }
    let reports = try found.map { try $0.get() }
    var joined = [FieldReport](repeating: FieldReport(), count: fields.count)
    for (index, field) in fields.enumerated() {
      for report in reports { join(report[index], to: &joined[index]) }
      if case .codes(let codes) = targets[field] {
        joined[index].levels = recode(codes, reports.map { $0[index].levels })
      }
    }
    return joined
  }

  private func read(_ chunk: ChunkPlan.Chunk) throws -> [FieldReport] {
    try source.withBytes(chunk.bytes) { bytes in
      var lines: UnsafeMutablePointer<Int>?
      if case .integers(let target) = lineTarget { lines = target }
      var reader = ChunkReader(
        bytes, rows: chunk.rows, line: chunk.line, layout, missing, targets, lineTarget: lines,
        name: source.name)
      try reader.readRows()
      return fields.map { reader.reports[$0] }
    }
  }

  private func join(_ report: FieldReport, to joined: inout FieldReport) {
    joined.kinds.formUnion(report.kinds)
    joined.firstText = joined.firstText ?? report.firstText
    joined.firstMissingLine = joined.firstMissingLine ?? report.firstMissingLine
  }

  /// Gives all chunks the codes of one table of levels.
  private func recode(
    _ codes: UnsafeMutablePointer<Int32>, _ tables: [LevelTable]
  ) -> LevelTable {
    guard var all = tables.first else { return LevelTable() }
    let maps = tables.dropFirst().map { all.codes(of: $0) }
    nonisolated(unsafe) let target = codes
    // Each chunk changes its own rows.
    maps.indices.parallelForEach(workers: workers) { index in
      for row in plan.chunks[index + 1].rows { target[row] = maps[index][Int(target[row])] }
    }
    return all
  }
}
