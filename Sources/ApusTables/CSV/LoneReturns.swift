// Part of Apus, Apache-2.0. See LICENSE.

/// Carriage returns without line feeds that end rows, as old Macintosh programs write them; those in quoted fields do not.
struct LoneReturns {
  /// Where they are.
  private(set) var positions: [Int] = []

  /// - Parameter bytes: the beginning of a file, or all of it.
  init(_ bytes: [UInt8], _ options: CSVOptions) {
    let quote = options.quote?.asciiValue ?? UInt8(ascii: "\"")
    let separators: [UInt8] =
      options.separator?.asciiValue.map { [$0] } ?? [",", ";", "\t", "|"].map { UInt8(ascii: $0) }
    var isFieldStart = true
    var isInQuotes = false
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
}
