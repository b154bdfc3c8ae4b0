// Part of Apus, Apache-2.0. See LICENSE.

/// Finds separator, quotation mark and decimal mark from the first block of a file.
struct FormatDetection {
  /// The size of the block, in bytes.
  static let blockSize = 256 << 10
  /// The separators that are looked for.
  static let separators = [",", ";", "\t", "|"].map { UInt8(ascii: $0) }

  private let block: [UInt8]
  private let options: CSVOptions

  /// - Parameter block: whole lines.
  init(_ block: [UInt8], _ options: CSVOptions) {
    self.block = block
    self.options = options
  }

  /// - Throws: ``TableError`` `.format` for options that contradict each other.
  func format() throws -> CSVFormat {
    let quote = try options.quote.map { try Self.byte($0, "quote") } ?? foundQuote
    let separator =
      try options.separator.map { try Self.byte($0, "separator") } ?? foundSeparator(quote)
    let decimal = options.decimal.map { UInt8(ascii: $0 == .comma ? "," : ".") }
    let format = CSVFormat(
      separator: separator, quote: quote, decimal: decimal ?? foundDecimal(separator, quote))
    guard format.decimal != format.separator else {
      throw TableError(
        .format,
        "A comma cannot separate the fields and stand before decimals; name another separator.")
    }
    guard format.separator != format.quote else {
      throw TableError(.format, "The separator and the quotation mark are the same.")
    }
    return format
  }

  private static func byte(_ character: Character, _ name: String) throws -> UInt8 {
    guard let byte = character.asciiValue, byte >= 32 || byte == 9, byte < 127,
      !character.isLetter, !character.isNumber, !"+-.".contains(character)
    else {
      throw TableError(
        .format,
        "The \(name) must be one ASCII character that is not part of a number or a word, not \(String(reflecting: String(character)))."
      )
    }
    return byte
  }

  /// An apostrophe if there are no double quotation marks and it encloses fields as they would.
  private var foundQuote: UInt8 {
    let (double, single) = (UInt8(ascii: "\""), UInt8(ascii: "'"))
    guard !block.contains(double), block.contains(single) else { return double }
    let separator = options.separator?.asciiValue ?? foundSeparator(single)
    var tokens = RowTokens(block, separator: separator, quote: single)
    var hasQuoted = false
    while let row = tokens.next() {
      for (field, isQuoted) in zip(row.fields, row.isQuoted) where isQuoted {
        // Two apostrophes of different lines do not belong together.
        if field.contains(CSVFormat.newline) { return double }
        hasQuoted = true
      }
    }
    return hasQuoted && !tokens.hasTextAfterQuotes && !tokens.isUnclosed ? single : double
  }

  /// The separator with which most rows have as many fields as the first.
  private func foundSeparator(_ quote: UInt8) -> UInt8 {
    var best = (score: -1.0, fields: 0, separator: Self.separators[0])
    for separator in Self.separators {
      let (score, fields) = score(separator, quote)
      if score > best.score || (score == best.score && fields > best.fields) {
        best = (score, fields, separator)
      }
    }
    return best.separator
  }

  /// The share of rows with as many fields as the first, twice that if these are several.
  ///
  /// Rows that all have one field more count too: they begin with row names, or end with a separator.
  private func score(_ separator: UInt8, _ quote: UInt8) -> (score: Double, fields: Int) {
    var tokens = RowTokens(block, separator: separator, quote: quote)
    guard let first = tokens.skip()?.fieldCount else { return (0, 0) }
    var (rows, equal, longer) = (1, 1, 1)
    var areNamesQuoted = true
    while let (count, isFirstQuoted) = tokens.skip() {
      rows += 1
      equal += count == first ? 1 : 0
      longer += count == first + 1 ? 1 : 0
      areNamesQuoted = areNamesQuoted && isFirstQuoted
    }
    if tokens.hasTextAfterQuotes { return (0, first) }
    let areLonger = rows > 1 && longer == rows && (first > 1 || areNamesQuoted)
    let matching = areLonger ? rows : equal
    return (Double(matching) / Double(rows) * (first > 1 || areLonger ? 2 : 1), first)
  }

  /// A comma if numbers in the block have one and none has a point.
  private func foundDecimal(_ separator: UInt8, _ quote: UInt8) -> UInt8 {
    let (point, comma) = (UInt8(ascii: "."), UInt8(ascii: ","))
    if separator == comma { return point }
    var (points, commas) = (0, 0)
    var tokens = RowTokens(block, separator: separator, quote: quote)
    while let row = tokens.next() {
      for field in row.fields {
        if Self.isDecimal(field, point) { points += 1 }
        if Self.isDecimal(field, comma), !Self.mayHaveThousands(field) { commas += 1 }
      }
    }
    return points == 0 && commas > 0 ? comma : point
  }

  /// Whether a comma could separate thousands: one to three digits, the first not 0, before it, and three after it.
  private static func mayHaveThousands(_ field: [UInt8]) -> Bool {
    let parts = field.filter { 48...57 ~= $0 || $0 == 44 }.split(
      separator: 44, omittingEmptySubsequences: false)
    guard let first = parts.first, parts.count > 1 else { return false }
    return 1...3 ~= first.count && first.first != 48
      && parts.dropFirst().allSatisfy { $0.count == 3 }
  }

  /// Whether a field is digits, a mark and digits.
  private static func isDecimal(_ field: [UInt8], _ mark: UInt8) -> Bool {
    guard field.contains(mark) else { return false }
    let text = field.map { $0 == mark ? UInt8(ascii: ".") : $0 == UInt8(ascii: ".") ? mark : $0 }
    return FieldNumber(text, decimal: UInt8(ascii: ".")).value != nil
  }
}
