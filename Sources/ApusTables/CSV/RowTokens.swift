// Part of Apus, Apache-2.0. See LICENSE.

/// The fields of a line or a few, found by a plain reading of RFC 4180; fast reading is left to ``ChunkReader``.
///
/// A quotation mark opens a quoted field only as its first byte; elsewhere it is an ordinary character, as for pandas.
struct RowTokens {
  /// A row and the line on which it begins.
  struct Row: Equatable {
    var fields: [[UInt8]] = []
    /// Whether each field was enclosed in quotation marks.
    var isQuoted: [Bool] = []
    var line: Int
  }

  private let bytes: [UInt8]
  private let separator: UInt8
  private let quote: UInt8
  private(set) var position = 0
  private(set) var line: Int
  /// Whether text followed a quotation mark that closed a field.
  private(set) var hasTextAfterQuotes = false
  /// Whether the text ended within a quoted field.
  private(set) var isUnclosed = false

  init(_ bytes: [UInt8], separator: UInt8, quote: UInt8, line: Int = 1) {
    self.bytes = bytes
    self.separator = separator
    self.quote = quote
    self.line = line
  }

  /// Returns the next row that is not blank; nil at the end.
  mutating func next() -> Row? {
    skipBlankLines()
    guard position < bytes.count else { return nil }
    var row = Row(line: line)
    while true {
      let isQuoted = position < bytes.count && bytes[position] == quote
      row.fields.append(isQuoted ? quotedField() : field())
      row.isQuoted.append(isQuoted)
      guard position < bytes.count, bytes[position] == separator else { break }
      position += 1
    }
    endLine()
    return row
  }

  /// Passes the next row that is not blank; quicker than ``next()``.
  ///
  /// - Returns: its number of fields, and whether the first was enclosed in quotation marks; nil at the end.
  mutating func skip() -> (fieldCount: Int, isFirstQuoted: Bool)? {
    skipBlankLines()
    guard position < bytes.count else { return nil }
    let isFirstQuoted = bytes[position] == quote
    var count = 0
    while true {
      count += 1
      if position < bytes.count, bytes[position] == quote {
        _ = passQuotedField { _ in }
      } else {
        _ = fieldRange()
      }
      guard position < bytes.count, bytes[position] == separator else { break }
      position += 1
    }
    endLine()
    return (count, isFirstQuoted)
  }

  private mutating func skipBlankLines() {
    while position < bytes.count {
      var end = position
      while end < bytes.count, Self.isBlank(bytes[end], separator) { end += 1 }
      if end < bytes.count, bytes[end] == CSVFormat.carriageReturn { end += 1 }
      guard end == bytes.count || bytes[end] == CSVFormat.newline else { return }
      if end < bytes.count { line += 1 }
      position = min(end + 1, bytes.count)
    }
  }

  private static func isBlank(_ byte: UInt8, _ separator: UInt8) -> Bool {
    (byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")) && byte != separator
  }

  private mutating func field() -> [UInt8] { Array(bytes[fieldRange()]) }

  private mutating func fieldRange() -> Range<Int> {
    let start = position
    while position < bytes.count, bytes[position] != separator, bytes[position] != CSVFormat.newline
    {
      position += 1
    }
    let endsLine = position == bytes.count || bytes[position] == CSVFormat.newline
    let isReturn = endsLine && position > start && bytes[position - 1] == CSVFormat.carriageReturn
    return start..<(isReturn ? position - 1 : position)
  }

  private mutating func quotedField() -> [UInt8] {
    var text: [UInt8] = []
    let rest = passQuotedField { text.append($0) }
    return text + bytes[rest]
  }

  /// Passes a quoted field.
  ///
  /// - Parameter take: gets each byte between the quotation marks, of doubled ones the first.
  /// - Returns: where the text after the closing mark is, which is usually none.
  @inline(__always)
  private mutating func passQuotedField(_ take: (UInt8) -> Void) -> Range<Int> {
    position += 1
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte == quote {
        guard position < bytes.count, bytes[position] == quote else {
          let rest = fieldRange()
          hasTextAfterQuotes = hasTextAfterQuotes || !rest.isEmpty
          return rest
        }
        position += 1
      } else if byte == CSVFormat.newline {
        line += 1
      }
      take(byte)
    }
    isUnclosed = true
    return position..<position
  }

  private mutating func endLine() {
    guard position < bytes.count else { return }
    position += 1
    line += 1
  }
}
