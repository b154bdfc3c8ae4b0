// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel

/// Reads a CSV file into columns.
///
/// A first pass counts the rows of chunks and finds out which line breaks stand within quoted fields. A second
/// one reads all chunks in parallel, each straight into its rows of the final columns. Columns that turn out to hold texts,
/// or integers beyond 2^53, after the first block are read once more.
struct CSVReader {
  private let source: ByteSource
  private let options: CSVOptions
  private let missing: MissingTexts
  private let workers: Int?
  private let layout: CSVLayout
  private let plan: ChunkPlan

  init(_ source: ByteSource, _ options: CSVOptions, workers: Int?) throws {
    self.options = options
    self.workers = workers
    missing = MissingTexts(options.missing)
    var source = try TextEncoding.utf8(source)
    var options = options
    var hasConverted = false
    while true {
      let range = try TextEncoding.textRange(source)
      let start = try source.bytes(
        range.lowerBound..<min(range.upperBound, range.lowerBound + FormatDetection.blockSize))
      // A return at the very end of the block may have its line feed after it.
      let isOld = LoneReturns(start, options).positions.contains { $0 + 1 < start.count }
      if isOld && !hasConverted {
        source = try TextEncoding.withLineFeeds(source, options)
        hasConverted = true
        continue
      }
      let layout = try CSVLayout(source, range, options, missing)
      let plan = try ChunkPlan(
        source, layout.dataStart..<range.upperBound, line: layout.dataLine, layout.format,
        fieldCount: layout.fieldsPerRow, workers: workers)
      if plan.hasLoneReturn {
        guard !hasConverted else {
          throw TableError(
            .format, "\(source.name): its lines end in different ways; convert the file first.")
        }
        options.separator = Character(Unicode.Scalar(layout.format.separator))
        options.quote = Character(Unicode.Scalar(layout.format.quote))
        source = try TextEncoding.withLineFeeds(source, options)
        hasConverted = true
        continue
      }
      (self.layout, self.plan, self.source) = (layout, plan, source)
      return
    }
  }

  /// - Throws: ``TableError``.
  func read() throws -> Table {
    try checkTypes()
    var lines: [Int]?
    var fields = [FieldColumn?](repeating: nil, count: layout.fieldsPerRow)
    var wanted = fields.indices.map { FieldPass(field: $0, kind: firstKind($0)) }
    if !plan.isRegular { lines = [] }
    while !wanted.isEmpty {
      let group = wanted.prefix(ColumnArrays.most)
      wanted.removeFirst(group.count)
      // The last first, so that what is converted frees what it was converted from.
      var results = try read(Array(group), &lines)
      for pass in group.reversed() {
        switch try column(pass, results.removeLast()) {
        case .column(let column): fields[pass.field] = column
        case .again(let kind): wanted.append(FieldPass(field: pass.field, kind: kind))
        }
      }
    }
    return try table(fields.compactMap { $0 }, lines)
  }

  // MARK: Passes

  /// A field of all rows that is read in one pass.
  private struct FieldPass {
    let field: Int
    let kind: ArrayKind
  }

  /// What a pass found.
  private struct FieldResult {
    var values: FilledArray
    var found: ChunkRun.Result
  }

  private func read(_ passes: [FieldPass], _ lines: inout [Int]?) throws -> [FieldResult] {
    let needsLines = lines?.isEmpty ?? false
    let kinds = passes.map(\.kind) + (needsLines ? [.integers] : [])
    var found: [ChunkRun.Result] = []
    var arrays = try ColumnArrays.filling(kinds[...], count: plan.rowCount) { targets in
      var places = [FieldTarget](repeating: .nowhere, count: layout.fieldsPerRow)
      for (pass, target) in zip(passes, targets) { places[pass.field] = target }
      let lineTarget = needsLines ? targets.last : nil
      let run = ChunkRun(
        source: source, plan: plan, layout: layout, missing: missing, targets: places,
        fields: passes.map(\.field),
        lineTarget: lineTarget, workers: workers)
      let all = try run.read()
      found = all
    }
    if needsLines, case .integers(let numbers) = arrays.removeLast() { lines = numbers }
    return zip(arrays, found).map { FieldResult(values: $0, found: $1) }
  }

  // MARK: Types

  private func columnIndex(_ field: Int) -> Int? {
    let index = field - (layout.hasRowNames ? 1 : 0)
    return layout.names.indices.contains(index) ? index : nil
  }

  private func wantedType(_ field: Int) -> ColumnType? {
    columnIndex(field).flatMap { options.types[layout.names[$0]] }
  }

  private func firstKind(_ field: Int) -> ArrayKind {
    guard let index = columnIndex(field) else { return .codes }
    switch wantedType(field) {
    case .number: return .numbers
    case .integer: return .integers
    case .logical, .date, .category: return .codes
    case nil:
      switch layout.looks[index] {
      case .integers: return .integers
      case .numbers: return .numbers
      case .texts: return .codes
      }
    }
  }

  private func checkTypes() throws {
    for name in options.types.keys.sorted() where !layout.names.contains(name) {
      throw TableError(
        .values,
        "\(source.name) has no column \"\(name)\" to give a type; its columns are \(layout.names.joined(separator: ", "))."
      )
    }
  }

  private enum Decision {
    case column(FieldColumn)
    case again(ArrayKind)
  }

  private func column(_ pass: FieldPass, _ result: FieldResult) throws -> Decision {
    let report = result.found.report
    // What is no column, such as row names, is text whatever it looks like.
    let wanted = columnIndex(pass.field) == nil ? .category : wantedType(pass.field)
    switch result.values {
    case .codes(let codes):
      if let (text, line) = report.firstInvalid {
        _ = try TextEncoding.text(text[...], source, line: line)
      }
      let texts = Categories(positions: codes, texts: result.found.texts, workers: workers)
      return .column(
        FieldColumn(pass.field, try TextColumn(texts, as: wanted, place(pass.field)).values))
    case .integers(let values):
      if wanted == nil && !report.kinds.isSubset(of: .large) {
        return .again(report.kinds.contains(.texts) ? .codes : .numbers)
      }
      try checkIntegers(pass.field, report)
      return .column(FieldColumn(pass.field, .integers(values)))
    case .numbers(let values):
      if report.kinds.contains(.texts) {
        guard wanted == .number, let (text, line) = report.firstText else { return .again(.codes) }
        throw notANumber(pass.field, text, line)
      }
      let isInteger =
        wanted == nil
        && report.kinds.isDisjoint(with: [.missing, .fractions, .huge]) && plan.rowCount > 0
      if isInteger && report.kinds.contains(.large) { return .again(.integers) }
      return .column(
        FieldColumn(pass.field, isInteger ? .integers(values.map { Int($0) }) : .numbers(values)))
    }
  }

  private func place(_ field: Int) -> String {
    "\(source.name), column \"\(columnIndex(field).map { layout.names[$0] } ?? "")\""
  }

  private func notANumber(_ field: Int, _ text: [UInt8], _ line: Int) -> TableError {
    TableError(
      .values,
      "\(place(field)), line \(line): \"\(String(decoding: text, as: UTF8.self))\" is not a number."
    )
  }

  private func checkIntegers(_ field: Int, _ report: FieldReport) throws {
    if let (text, line) = report.firstText { throw notANumber(field, text, line) }
    if let line = report.firstMissingLine {
      throw TableError(
        .values, "\(place(field)), line \(line): a value is missing; read the column as numbers.")
    }
    guard report.kinds.isDisjoint(with: [.fractions, .huge]) else {
      throw TableError(
        .values, "\(place(field)): not all values are integers of 64 bits; read it as numbers.")
    }
  }

  // MARK: The table

  private func table(_ fields: [FieldColumn], _ lines: [Int]?) throws -> Table {
    var columns: [Column] = []
    var rowNames: Categories?
    for field in fields {
      if let index = columnIndex(field.field) {
        columns.append(Column(layout.names[index], field.values))
      } else if case .categories(let texts) = field.values {
        if field.field == 0 && layout.hasRowNames {
          rowNames = texts
        } else {
          try checkEmpty(texts)
        }
      }
    }
    if let last = columns.last, last.name.isEmpty, last.missingCount == last.count {
      columns.removeLast()
    }
    columns = named(columns)
    return try Table(
      columns: columns, rowCount: plan.rowCount, rowNames: rowNames,
      lines: lines.map { .listed($0) } ?? .consecutive(from: plan.chunks.first?.line ?? 1))
  }

  /// Names columns without a name after their position.
  private func named(_ columns: [Column]) -> [Column] {
    var taken = Set(columns.map(\.name))
    return columns.enumerated().map { index, column in
      guard column.name.isEmpty else { return column }
      var name = "x\(index + 1)"
      while !taken.insert(name).inserted { name += "_" }
      return Column(name, column.values)
    }
  }

  /// Whether nothing follows the last separator of each row.
  private func checkEmpty(_ texts: Categories) throws {
    guard let row = texts.indices.first(where: { !texts.isMissing($0) }) else { return }
    throw TableError(
      .format,
      "\(source.name), row \(row + 1): a field more than the first row has (\"\(texts[row] ?? "")\")."
    )
  }
}

/// A column that was read, with the position of its field.
private struct FieldColumn {
  let field: Int
  let values: Column.Values

  init(_ field: Int, _ values: Column.Values) {
    self.field = field
    self.values = values
  }
}
