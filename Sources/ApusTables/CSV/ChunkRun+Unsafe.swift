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
    let groups = groups()
    let found = groups.parallelMap(workers: workers) { group in Result { try read(group) } }
    var reports = try found.map { try $0.get() }
    var joined = [FieldReport](repeating: FieldReport(), count: fields.count)
    for (index, field) in fields.enumerated() {
      for report in reports { join(report[field], to: &joined[index]) }
      if case .codes(let codes) = targets[field] {
        for group in groups.indices {
          // Its table is freed as soon as it was joined.
          let levels = reports[group][field].levels
          reports[group][field].levels = LevelTable()
          recode(codes, groups[group], levels, to: &joined[index].levels)
        }
        joined[index].levels.finish()
      }
    }
    return joined
  }

  /// Neighbouring chunks that share tables of levels: all of them for one worker, else a few for each.
  private func groups() -> [ArraySlice<ChunkPlan.Chunk>] {
    let threads = workers ?? ThreadBudget.current.count
    let count = plan.chunks.count, wanted = min(count, threads == 1 ? 1 : 4 * threads)
    return (0..<wanted).map { plan.chunks[$0 * count / wanted..<($0 + 1) * count / wanted] }
  }

  /// Reads some chunks; what is met in a field is gathered over all of them.
  private func read(_ chunks: ArraySlice<ChunkPlan.Chunk>) throws -> [FieldReport] {
    var lines: UnsafeMutablePointer<Int>?
    if case .integers(let target) = lineTarget { lines = target }
    var reports = [FieldReport](repeating: FieldReport(), count: targets.count)
    for chunk in chunks {
      try source.withBytes(chunk.bytes) { bytes in
        var reader = ChunkReader(
          bytes, rows: chunk.rows, line: chunk.line, layout, missing, targets, lineTarget: lines,
          name: source.name, reports: reports)
        reports = []
        try reader.readRows()
        reports = reader.reports
      }
    }
    return reports
  }

  private func join(_ report: FieldReport, to joined: inout FieldReport) {
    joined.kinds.formUnion(report.kinds)
    joined.firstText = joined.firstText ?? report.firstText
    joined.firstMissingLine = joined.firstMissingLine ?? report.firstMissingLine
  }

  /// Adds the texts of some chunks to a table, and gives their rows the codes of this one.
  private func recode(
    _ codes: UnsafeMutablePointer<Int32>, _ chunks: ArraySlice<ChunkPlan.Chunk>,
    _ levels: LevelTable, to all: inout LevelTable
  ) {
    if all.count == 0 {
      all = levels
      return
    }
    let map = all.codes(of: levels)
    for chunk in chunks { for row in chunk.rows { codes[row] = map[Int(codes[row])] } }
  }
}
