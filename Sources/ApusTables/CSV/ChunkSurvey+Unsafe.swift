// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

// Safety: The buffer is read only below its end, and at most one byte beyond it, which is a line feed.

/// What must be known of a chunk of whole lines before its rows can be read on their own: how many there are, and where the
/// first begins.
///
/// All chunks are surveyed in parallel as if they began between rows; the few that turn out to begin within a quoted field
/// are surveyed again.
struct ChunkSurvey {
  /// What is known of the rows.
  struct Outcome: Equatable {
    /// The position of the first row that begins in the chunk; nil if none does.
    var firstRow: Int?
    /// The number of rows that begin in the chunk.
    var rows = 0
    /// Whether the chunk ends within a quoted field.
    var endsInQuotes = false
    /// The line breaks before the first row.
    var linesBefore = 0
  }

  private(set) var outcome = Outcome()
  /// The number of line feeds.
  private(set) var lines = 0
  /// Whether a line feed ends the last line.
  private(set) var isLastLineEnded = false
  /// Whether a carriage return stands without a line feed.
  private(set) var hasLoneReturn = false
  /// The line of the first zero byte, from 0.
  private(set) var zeroLine: Int?

  private var mayHaveBlankLines = true
  private let format: CSVFormat

  /// - Parameters:
  ///   - bytes: whole lines, except perhaps at the end of the file; a line feed follows.
  ///   - beginsInQuotes: whether the first byte is within a quoted field.
  init(_ bytes: UnsafeBufferPointer<UInt8>, _ format: CSVFormat, beginsInQuotes: Bool = false) {
    self.format = format
    let hasQuote = surveyBytes(bytes)
    if hasLoneReturn && hasQuote {
      let returns = LoneReturns(
        bytes, quote: format.quote, separators: [format.separator], beginsInQuotes: beginsInQuotes)
      hasLoneReturn = !returns.positions.isEmpty
    }
    isLastLineEnded = bytes.last == CSVFormat.newline
    if !beginsInQuotes {
      outcome = hasQuote ? outcome(bytes, from: 0) : outcomeWithoutQuotes(bytes)
    } else if let end = closingQuote(bytes, from: 0),
      let next = endOfRow(bytes, afterQuoteAt: end)
    {
      outcome = outcome(bytes, from: next)
      outcome.linesBefore += Self.count(CSVFormat.newline, bytes, 0..<min(next, bytes.count))
    } else {
      outcome.endsInQuotes = true
    }
  }

  /// Looks for single bytes.
  ///
  /// - Returns: whether there is a quotation mark.
  private mutating func surveyBytes(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    (lines, mayHaveBlankLines) = Self.lines(bytes)
    var position = 0
    while let next = Self.find(CSVFormat.carriageReturn, bytes, from: position) {
      position = next + 1
      if position < bytes.count && bytes[position] == CSVFormat.newline { continue }
      hasLoneReturn = true
      break
    }
    if let zero = Self.find(0, bytes, from: 0) {
      zeroLine = Self.count(CSVFormat.newline, bytes, 0..<zero)
    }
    return Self.find(format.quote, bytes, from: 0) != nil
  }

  /// The next position of a byte, found many times faster than by a loop.
  private static func find(
    _ byte: UInt8, _ bytes: UnsafeBufferPointer<UInt8>, from start: Int
  ) -> Int? {
    guard let base = bytes.baseAddress, start < bytes.count else { return nil }
    let found = memchr(base + start, Int32(byte), bytes.count - start)
    return found.map { UnsafeRawPointer($0) - UnsafeRawPointer(base) }
  }

  /// The bytes that are looked at in one step: a compiler turns the loop over them into vector instructions.
  private static let step = 128

  /// The number of line feeds, and whether one of them, or the start, is followed by white space or the end of a line.
  private static func lines(
    _ bytes: UnsafeBufferPointer<UInt8>
  ) -> (count: Int, mayHaveBlank: Bool) {
    guard let base = bytes.baseAddress, bytes.count > 0 else { return (0, false) }
    var count = 0
    var blank: UInt8 = base.pointee <= 32 ? 1 : 0
    var position = 0
    // The byte after the last is a line feed.
    while position + step <= bytes.count {
      let block = base + position
      var found: UInt8 = 0
      for index in 0..<step {
        let isFeed: UInt8 = block[index] == CSVFormat.newline ? 1 : 0
        found &+= isFeed
        blank |= isFeed & (block[index + 1] <= 32 ? 1 : 0)
      }
      count += Int(found)
      position += step
    }
    for index in position..<bytes.count where base[index] == CSVFormat.newline {
      count += 1
      if index + 1 < bytes.count && base[index + 1] <= 32 { blank = 1 }
    }
    return (count, blank > 0)
  }

  private static func count(
    _ byte: UInt8, _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>
  ) -> Int {
    var count = 0
    var position = range.lowerBound
    while let next = find(byte, bytes, from: position), next < range.upperBound {
      count += 1
      position = next + 1
    }
    return count
  }

  /// Follows the rows from a position between rows on.
  private func outcome(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Outcome {
    var outcome = Outcome()
    var position = start
    while position < bytes.count {
      if let next = afterBlankLine(bytes, position) {
        if outcome.firstRow == nil { outcome.linesBefore += 1 }
        position = next
        continue
      }
      if outcome.firstRow == nil { outcome.firstRow = position }
      outcome.rows += 1
      guard let end = endOfRow(bytes, from: position) else {
        outcome.endsInQuotes = true
        break
      }
      position = end
    }
    return outcome
  }

  /// The same where each line feed ends a row.
  private func outcomeWithoutQuotes(_ bytes: UnsafeBufferPointer<UInt8>) -> Outcome {
    var outcome = Outcome()
    if !mayHaveBlankLines {
      outcome.firstRow = 0
      outcome.rows = lines + (isLastLineEnded ? 0 : 1)
      return outcome
    }
    var position = 0
    while position < bytes.count {
      if let next = afterBlankLine(bytes, position) {
        if outcome.firstRow == nil { outcome.linesBefore += 1 }
        position = next
        continue
      }
      if outcome.firstRow == nil { outcome.firstRow = position }
      outcome.rows += 1
      position = (Self.find(CSVFormat.newline, bytes, from: position) ?? bytes.count) + 1
    }
    return outcome
  }

  /// The position after a line of nothing but white space.
  private func afterBlankLine(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int? {
    var position = start
    while position < bytes.count, format.isBlank(bytes[position]) { position += 1 }
    if position < bytes.count, bytes[position] == CSVFormat.carriageReturn { position += 1 }
    return position >= bytes.count || bytes[position] == CSVFormat.newline ? position + 1 : nil
  }

  /// The position after the row that begins at a position; nil if it does not end in the chunk.
  private func endOfRow(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
    var position = start
    while true {
      if position < bytes.count, bytes[position] == format.quote {
        guard let end = closingQuote(bytes, from: position + 1) else { return nil }
        position = end
      }
      while position < bytes.count, bytes[position] != format.separator,
        bytes[position] != CSVFormat.newline
      { position += 1 }
      if position >= bytes.count || bytes[position] == CSVFormat.newline { return position + 1 }
      position += 1
    }
  }

  /// The position after a row in which a quoted field has ended; nil if the row does not end in the chunk.
  private func endOfRow(_ bytes: UnsafeBufferPointer<UInt8>, afterQuoteAt start: Int) -> Int? {
    var position = start
    while position < bytes.count, bytes[position] != format.separator,
      bytes[position] != CSVFormat.newline
    { position += 1 }
    if position >= bytes.count || bytes[position] == CSVFormat.newline { return position + 1 }
    return endOfRow(bytes, from: position + 1)
  }

  /// The position after the quotation mark that closes a field.
  private func closingQuote(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
    var position = start
    while position < bytes.count {
      if bytes[position] == format.quote {
        guard position + 1 < bytes.count, bytes[position + 1] == format.quote else {
          return position + 1
        }
        position += 1
      }
      position += 1
    }
    return nil
  }
}
