// Part of Apus, Apache-2.0. See LICENSE.

/// Carriage returns without line feeds that end rows, as old Macintosh programs write them; those in quoted fields do not.
struct LoneReturns {
  /// Where they are.
  private(set) var positions: [Int] = []

  /// - Parameters:
  ///   - separators: the bytes after which a quotation mark opens a field.
  ///   - beginsInQuotes: whether the first byte is within a quoted field.
  init<Bytes: RandomAccessCollection<UInt8>>(
    _ bytes: Bytes, quote: UInt8, separators: [UInt8], beginsInQuotes: Bool = false
  ) where Bytes.Index == Int {
    guard bytes.contains(CSVFormat.carriageReturn) else { return }
    var isFieldStart = true
    var isInQuotes = beginsInQuotes
    for (position, byte) in bytes.enumerated() {
      if isInQuotes {
        // A doubled mark closes and opens again.
        if byte == quote { isInQuotes = false }
        isFieldStart = byte == quote && position + 1 < bytes.count && bytes[position + 1] == quote
        continue
      }
      if byte == quote && isFieldStart {
        isInQuotes = true
        continue
      }
      let isReturn = byte == CSVFormat.carriageReturn
      let isPair =
        isReturn && position + 1 < bytes.count && bytes[position + 1] == CSVFormat.newline
      if isReturn && !isPair { positions.append(position) }
      isFieldStart = separators.contains(byte) || byte == CSVFormat.newline || (isReturn && !isPair)
    }
  }

  /// Those at the beginning of a file, or in all of it, whose format is not known yet.
  init(_ bytes: [UInt8], _ options: CSVOptions) {
    self.init(
      bytes, quote: options.quote?.asciiValue ?? UInt8(ascii: "\""),
      separators: options.separator?.asciiValue.map { [$0] } ?? FormatDetection.separators)
  }
}
