// Part of Apus, Apache-2.0. See LICENSE.

/// What the first block of a file says: its format, the names of its columns, and where its rows begin.
struct CSVLayout: Sendable {
  /// The most columns of a file.
  static let mostColumns = 1 << 20

  let format: CSVFormat
  /// The names of the columns, without that of the row names.
  let names: [String]
  /// The position at which rows may begin.
  let dataStart: Int
  /// The line there, from 1.
  let dataLine: Int
  /// Whether each row has a field before the first column, as R writes row names.
  let hasRowNames: Bool
  /// Whether each row has a separator after the last column.
  let hasTrailingSeparator: Bool
  /// What the values of each column are in the first block.
  let looks: [Look]

  /// What all values of a column are.
  enum Look {
    /// Whole numbers.
    case integers
    /// Numbers or missing.
    case numbers
    case texts
  }

  /// The fields of each row.
  var fieldsPerRow: Int { names.count + (hasRowNames ? 1 : 0) + (hasTrailingSeparator ? 1 : 0) }

  /// - Parameter range: the text without marks at its beginning and its end.
  /// - Throws: ``TableError``.
  init(_ source: ByteSource, _ range: Range<Int>, _ options: CSVOptions, _ missing: MissingTexts)
    throws
  {
    var size = FormatDetection.blockSize
    var block = try Self.firstBlock(source, range, size)
    // A block that ends within the first row says nothing.
    while block.isPart && block.bytes.count(where: { $0 == CSVFormat.newline }) < Self.fewestLines {
      size *= 4
      block = try Self.firstBlock(source, range, size)
    }
    var options = options
    options.separator = options.separator ?? block.separator
    format = try FormatDetection(block.bytes, options).format()
    var tokens = RowTokens(
      block.bytes, separator: format.separator, quote: format.quote, line: block.line)
    let rows = tokens
    guard let first = tokens.next() else {
      throw TableError(.format, "\(source.name) is empty.")
    }
    guard !tokens.isUnclosed else { throw Self.unclosed(source, first.line) }
    guard !first.fields.contains(where: { $0.contains(0) }) else {
      throw TableError(
        .format,
        "\(source.name), line \(first.line) holds a zero byte, so the file is not plain text.")
    }
    let start = block.start
    if !options.hasHeader { tokens = rows }
    (dataStart, dataLine) = (start + tokens.position, tokens.line)
    let sample = Self.sample(&tokens)
    let isLonger = options.hasHeader && Self.haveOneFieldMore(sample, than: first.fields.count)
    hasTrailingSeparator = isLonger && sample.allSatisfy { $0.fields.last == [] }
    let isUnnamed = options.hasHeader && first.fields.count > 1 && first.fields[0] == []
    hasRowNames = isUnnamed || (isLonger && !hasTrailingSeparator)
    let all = try Self.names(first, source, options)
    names = isUnnamed ? Array(all.dropFirst()) : all
    looks = Self.looks(
      sample, names.count, skipping: hasRowNames ? 1 : 0, format, missing)
  }

  static func unclosed(_ source: ByteSource, _ line: Int) -> TableError {
    TableError(
      .format, "\(source.name), line \(line): a quotation mark opens a field that never ends.")
  }

  /// The fewest lines from which a format is found, if there are so many.
  private static let fewestLines = 8

  /// The first lines of a file.
  private struct Block {
    var bytes: [UInt8]
    /// Where they begin.
    var start: Int
    var line: Int
    /// The separator that a line "sep=;" before them names.
    var separator: Character?
    /// Whether there is more.
    var isPart: Bool
  }

  private static func firstBlock(
    _ source: ByteSource, _ range: Range<Int>, _ size: Int
  ) throws -> Block {
    let end = min(range.upperBound, range.lowerBound + size)
    var bytes = try source.bytes(range.lowerBound..<end)
    let isPart = end < range.upperBound
    if isPart { bytes.removeSubrange(((bytes.lastIndex(of: CSVFormat.newline) ?? -1) + 1)...) }
    guard let separator = separatorLine(bytes) else {
      return Block(bytes: bytes, start: range.lowerBound, line: 1, separator: nil, isPart: isPart)
    }
    bytes.removeSubrange(..<separator.end)
    return Block(
      bytes: bytes, start: range.lowerBound + separator.end, line: 2,
      separator: separator.character, isPart: isPart)
  }

  /// The separator and the end of a line "sep=;", which Excel writes and reads.
  private static func separatorLine(_ block: [UInt8]) -> (character: Character, end: Int)? {
    guard let end = block.firstIndex(of: CSVFormat.newline) else { return nil }
    let line = block[..<end].filter { $0 != CSVFormat.carriageReturn }
    guard line.count == 5,
      line.prefix(4).map({ $0 | 0x20 }).elementsEqual("sep=".utf8.map { $0 | 0x20 })
    else { return nil }
    return (Character(Unicode.Scalar(line[4])), end + 1)
  }

  private static func sample(_ tokens: inout RowTokens) -> [RowTokens.Row] {
    var rows: [RowTokens.Row] = []
    while rows.count < 1000, let row = tokens.next() { rows.append(row) }
    if tokens.isUnclosed { rows.removeLast() }
    return rows
  }

  private static func haveOneFieldMore(_ rows: [RowTokens.Row], than count: Int) -> Bool {
    !rows.isEmpty && rows.allSatisfy { $0.fields.count == count + 1 }
  }

  private static func names(
    _ first: RowTokens.Row, _ source: ByteSource, _ options: CSVOptions
  ) throws -> [String] {
    guard first.fields.count <= mostColumns else {
      throw TableError(.format, "\(source.name) has more than \(mostColumns) columns.")
    }
    guard options.hasHeader else { return first.fields.indices.map { "x\($0 + 1)" } }
    let names = try first.fields.map { try name($0, source, line: first.line) }
    guard names.contains(where: { !$0.isEmpty }) else {
      throw TableError(
        .format,
        "\(source.name), line \(first.line): the first row names no column. Delete it if the names follow below."
      )
    }
    var seen: Set<ExactText> = []
    for name in names where !name.isEmpty && !seen.insert(ExactText(name)).inserted {
      throw TableError(
        .format, "\(source.name), line \(first.line) has two columns named \"\(name)\".")
    }
    return names
  }

  private static func name(_ field: [UInt8], _ source: ByteSource, line: Int) throws -> String {
    var text = try TextEncoding.text(field, source, line: line)[...]
    while let first = text.first, first.isWhitespace { text.removeFirst() }
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text)
  }

  private static func looks(
    _ rows: [RowTokens.Row], _ count: Int, skipping skipped: Int, _ format: CSVFormat,
    _ missing: MissingTexts
  ) -> [Look] {
    var looks = [Look](repeating: .integers, count: count)
    for row in rows {
      for column in 0..<count where looks[column] != .texts && column + skipped < row.fields.count {
        let field = row.fields[column + skipped]
        let number = FieldNumber(field, decimal: format.decimal)
        if missing.contains(field) {
          looks[column] = .numbers
        } else if number.value == nil {
          looks[column] = .texts
        } else if number.integer == nil {
          looks[column] = .numbers
        }
      }
    }
    return looks
  }
}
