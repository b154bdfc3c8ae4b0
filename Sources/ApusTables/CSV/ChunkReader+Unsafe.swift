// Part of Apus, Apache-2.0. See LICENSE.

// Safety: The bytes must be followed by a line feed and eight more readable bytes. Each loop ends at a line feed or at the
// end, and rows beyond those that were counted are not stored, so that not even a file that changes between the passes leads
// to a wrong access. The caller ensures that the targets have room for the rows of the chunk, and that no other chunk
// has the same rows.

/// Where the values of a field go.
enum FieldTarget {
  case nowhere
  case numbers(UnsafeMutablePointer<Double>)
  case integers(UnsafeMutablePointer<Int>)
  /// The positions of the texts in the field's table; -1 for missing ones.
  case codes(UnsafeMutablePointer<Int32>)
}

/// Reads the rows of one chunk into the columns.
struct ChunkReader {
  private let end: UnsafePointer<UInt8>
  private let format: CSVFormat
  private let missing: MissingTexts
  private let numbers: NumberReader
  private let targets: [FieldTarget]
  private let lineTarget: UnsafeMutablePointer<Int>?
  private let rows: Range<Int>
  private let name: String

  private var next: UnsafePointer<UInt8>
  private(set) var line: Int
  private(set) var reports: [FieldReport]
  private(set) var tables: [LevelTable]
  private var kinds: [FieldReport.Kinds]
  private var scratch: [UInt8] = []

  /// - Parameters:
  ///   - bytes: whole rows.
  ///   - rows: the numbers of these rows among all.
  ///   - line: the line of the first byte.
  ///   - targets: for each field of a row.
  ///   - lineTarget: where the lines of the rows go.
  ///   - reports: what was met before, for each field of a row.
  ///   - tables: the texts that were met before, for each field of a row.
  init(
    _ bytes: UnsafeBufferPointer<UInt8>, rows: Range<Int>, line: Int, _ layout: CSVLayout,
    _ missing: MissingTexts, _ targets: [FieldTarget], lineTarget: UnsafeMutablePointer<Int>?,
    name: String, reports: [FieldReport], tables: [LevelTable]
  ) {
    guard let start = bytes.baseAddress else { fatalError("a chunk has bytes") }
    (next, end) = (start, start + bytes.count)
    (format, self.missing, self.targets) = (layout.format, missing, targets)
    (self.rows, self.line, self.lineTarget, self.name) = (rows, line, lineTarget, name)
    numbers = NumberReader(decimal: layout.format.decimal)
    (self.reports, self.tables) = (reports, tables)
    kinds = reports.map(\.kinds)
  }

  /// - Throws: ``TableError`` `.format` for a row with more or fewer fields.
  mutating func readRows() throws {
    var row = rows.lowerBound
    while next < end {
      if skipBlankLine() { continue }
      guard row < rows.upperBound else { throw changed }
      lineTarget?[row] = line
      try readRow(row)
      row += 1
    }
    guard row == rows.upperBound else { throw changed }
    for field in targets.indices { reports[field].kinds = kinds[field] }
  }

  private var changed: TableError { TableError(.file, "\(name) changed while it was read.") }

  private mutating func skipBlankLine() -> Bool {
    var position = next
    while format.isBlank(position.pointee) { position += 1 }
    if position.pointee == CSVFormat.carriageReturn { position += 1 }
    guard position.pointee == CSVFormat.newline else { return false }
    next = position + 1
    line += 1
    return true
  }

  private mutating func readRow(_ row: Int) throws {
    let start = (next, line)
    for field in targets.indices {
      switch targets[field] {
      case .numbers(let target): readNumber(field, &target[row])
      case .integers(let target): readInteger(field, &target[row])
      case .codes(let target): target[row] = readCode(field)
      case .nowhere: skipField()
      }
      guard field + 1 < targets.count else { break }
      guard next < end, next.pointee == format.separator else {
        throw wrongCount(start.0, line: start.1)
      }
      next += 1
    }
    if next.pointee == CSVFormat.carriageReturn { next += 1 }
    guard next.pointee == CSVFormat.newline else { throw wrongCount(start.0, line: start.1) }
    next += 1
    line += 1
  }

  private mutating func wrongCount(_ start: UnsafePointer<UInt8>, line: Int) -> TableError {
    next = start
    var count = 0
    while true {
      skipField()
      count += 1
      guard next < end, next.pointee == format.separator else { break }
      next += 1
    }
    let fields = count == 1 ? "one field" : "\(count) fields"
    return TableError(
      .format, "\(name), line \(line): \(fields), but the first row has \(targets.count).")
  }

  /// Whether a field ends at a position.
  @inline(__always)
  private func isEnd(_ position: UnsafePointer<UInt8>) -> Bool {
    let byte = position.pointee
    return byte == format.separator || byte == CSVFormat.newline
      || (byte == CSVFormat.carriageReturn && position[1] == CSVFormat.newline)
  }

  // MARK: Numbers

  @inline(__always)
  private mutating func readNumber(_ field: Int, _ target: inout Double) {
    if !missing.areNumeric, let number = numbers.read(next), isEnd(number.end) {
      target = number.value
      next = number.end
      kinds[field].formUnion(
        FieldReport.Kinds(isWhole: number.isWhole, integer: number.integer))
    } else if skipMissing() {
      target = .nan
      kinds[field].insert(.missing)
    } else {
      target = otherNumber(field)?.value ?? .nan
    }
  }

  @inline(__always)
  private mutating func readInteger(_ field: Int, _ target: inout Int) {
    if !missing.areNumeric, let number = numbers.read(next), isEnd(number.end),
      let integer = number.integer
    {
      target = integer
      next = number.end
      return
    }
    target = 0
    let start = line
    guard let number = otherNumber(field) else {
      if reports[field].firstMissingLine == nil && kinds[field].contains(.missing) {
        reports[field].firstMissingLine = start
      }
      return
    }
    target = number.integer ?? 0
  }

  /// Skips an empty field and NA.
  @inline(__always)
  private mutating func skipMissing() -> Bool {
    if isEnd(next) { return true }
    let isNA = next.pointee == UInt8(ascii: "N") && next[1] == UInt8(ascii: "A") && isEnd(next + 2)
    if isNA { next += 2 }
    return isNA
  }

  /// Reads a field that needs a closer look.
  private mutating func otherNumber(_ field: Int) -> FieldNumber? {
    let start = line
    let text = readField()
    if missing.contains(text) {
      kinds[field].insert(.missing)
      return nil
    }
    let number = FieldNumber(text, decimal: format.decimal)
    guard number.value != nil else {
      kinds[field].insert(.texts)
      if reports[field].firstText == nil { reports[field].firstText = (text, start) }
      return nil
    }
    kinds[field].formUnion(
      FieldReport.Kinds(isWhole: number.isWhole, integer: number.integer))
    return number
  }

  // MARK: Texts

  private mutating func readCode(_ field: Int) -> Int32 {
    let start = line
    if next.pointee != format.quote {
      let text = skipPlainField()
      return tables[field].code(of: text, line: start)
    }
    return readField().withUnsafeBufferPointer {
      tables[field].code(of: $0, line: start)
    }
  }

  private mutating func readField() -> [UInt8] {
    guard next.pointee == format.quote else { return Array(skipPlainField()) }
    scratch.removeAll(keepingCapacity: true)
    next += 1
    while next < end {
      let byte = next.pointee
      next += 1
      if byte == format.quote {
        guard next < end, next.pointee == format.quote else { break }
        next += 1
      } else if byte == CSVFormat.newline {
        line += 1
      }
      scratch.append(byte)
    }
    scratch += skipPlainField()
    return scratch
  }

  private mutating func skipField() {
    if next.pointee == format.quote { _ = readField() } else { _ = skipPlainField() }
  }

  /// Skips to the end of a field without quotation marks.
  @inline(__always)
  private mutating func skipPlainField() -> UnsafeBufferPointer<UInt8> {
    let start = next
    while next.pointee != format.separator && next.pointee != CSVFormat.newline { next += 1 }
    if next.pointee == CSVFormat.newline, next > start, next[-1] == CSVFormat.carriageReturn {
      next -= 1
    }
    return UnsafeBufferPointer(start: start, count: next - start)
  }
}
