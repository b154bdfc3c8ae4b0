// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel

/// How a file is cut into chunks of whole rows that can be read independently of each other.
struct ChunkPlan: Sendable {
  /// Rows that stand together in a file.
  struct Chunk: Sendable, Equatable {
    /// The positions of their bytes.
    var bytes: Range<Int>
    /// Their numbers among all rows.
    var rows: Range<Int>
    /// The line of the first byte.
    var line: Int
  }

  /// The longest chunk in bytes; wide rows get longer ones, so that each has some tens of rows.
  private static let longest = 1 << 17
  private static let longestPerField = 256
  private static let shortest = 32 << 10

  private(set) var chunks: [Chunk] = []
  /// Whether each row is one line and none is blank, so that a row's line follows from its number.
  private(set) var isRegular = true
  /// Whether a carriage return without line feed was met; then there are no chunks.
  private(set) var hasLoneReturn = false

  var rowCount: Int { chunks.last?.rows.upperBound ?? 0 }

  /// Surveys the rows of a file.
  ///
  /// - Parameters:
  ///   - range: the positions from the first row on.
  ///   - line: the line there.
  ///   - fieldCount: the fields of a row.
  /// - Throws: ``TableError`` for zero bytes and a field that is not closed.
  init(
    _ source: ByteSource, _ range: Range<Int>, line: Int, _ format: CSVFormat, fieldCount: Int,
    workers: Int?
  ) throws {
    let longest = max(Self.longest, Self.longestPerField * fieldCount)
    let parts = try Self.parts(source, range, longest: longest)
    let surveys = parts.parallelMap(workers: workers) { part in
      Result { try source.withBytes(part) { ChunkSurvey($0, format) } }
    }
    try join(parts, surveys.map { try $0.get() }, source, format, end: range.upperBound, line: line)
  }

  /// Cuts at line breaks, which may stand within quoted fields.
  private static func parts(
    _ source: ByteSource, _ range: Range<Int>, longest: Int
  ) throws -> [Range<Int>] {
    let size = min(longest, max(shortest, range.count / 16))
    var cuts = [range.lowerBound]
    var position = range.lowerBound + size
    while position < range.upperBound {
      guard let cut = try lineStart(source, position, range.upperBound) else { break }
      cuts.append(cut)
      position = cut + size
    }
    if cuts.last != range.upperBound { cuts.append(range.upperBound) }
    return zip(cuts, cuts.dropFirst()).map { $0..<$1 }
  }

  /// The first position from one on that follows a line feed; nil if there is none before the end.
  private static func lineStart(_ source: ByteSource, _ start: Int, _ end: Int) throws -> Int? {
    var position = start - 1
    while position < end {
      let block = try source.bytes(position..<min(end, position + 4096))
      if let index = block.firstIndex(of: CSVFormat.newline) {
        let next = position + index + 1
        return next < end ? next : nil
      }
      position += block.count
    }
    return nil
  }

  /// Finds out in order how each part begins.
  private mutating func join(
    _ parts: [Range<Int>], _ surveys: [ChunkSurvey], _ source: ByteSource, _ format: CSVFormat,
    end: Int, line: Int
  ) throws {
    var line = line
    var isInQuotes = false
    for (part, survey) in zip(parts, surveys) {
      if let zero = survey.zeroLine {
        throw TableError(
          .format,
          "\(source.name), line \(line + zero) holds a zero byte, so the file is not plain text.")
      }
      let survey =
        isInQuotes
        ? try source.withBytes(part) { ChunkSurvey($0, format, beginsInQuotes: true) } : survey
      hasLoneReturn = hasLoneReturn || survey.hasLoneReturn
      let outcome = survey.outcome
      if let first = outcome.firstRow {
        endLast(at: part.lowerBound + first)
        let row = rowCount
        chunks.append(
          Chunk(
            bytes: (part.lowerBound + first)..<end, rows: row..<(row + outcome.rows),
            line: line + outcome.linesBefore))
      }
      isRegular =
        isRegular && !isInQuotes && outcome.linesBefore == 0
        && outcome.rows == survey.lines + (survey.isLastLineEnded ? 0 : 1)
        && !outcome.endsInQuotes
      isInQuotes = outcome.endsInQuotes
      line += survey.lines
    }
    if hasLoneReturn {
      chunks = []
    } else if isInQuotes {
      throw TableError(
        .format, "\(source.name): a quotation mark opens a field that never ends.")
    }
  }

  private mutating func endLast(at position: Int) {
    guard let last = chunks.indices.last else { return }
    chunks[last].bytes = chunks[last].bytes.lowerBound..<position
  }
}
