// Part of Apus, Apache-2.0. See LICENSE.

extension Table {
  /// The table as CSV text: a line of names and a line for each row, with commas and line feeds.
  ///
  /// Numbers are the shortest that read back as the same, missing values empty (a row of one column: NA). Fields with
  /// commas, quotation marks, line breaks or white space at an end are enclosed in quotation marks.
  ///
  /// - Complexity: O(rows · columns).
  public var csv: String { String(decoding: csvBytes(), as: UTF8.self) }

  /// Writes the table as CSV text to a file, which is replaced if it exists.
  ///
  /// - Throws: ``TableError`` `.file`; the old file is then unchanged.
  public func write(csv path: String) throws { try TableFile.write(csvBytes(), to: path) }

  private func csvBytes() -> [UInt8] {
    var bytes: [UInt8] = []
    let hasRowNames = rowNames != nil
    append(names.map { $0 }, rowName: hasRowNames ? "" : nil, to: &bytes)
    for row in 0..<rowCount {
      let name = hasRowNames ? rowNames?[row] ?? "" : nil
      append(columns.map { $0.text(row) }, rowName: name, to: &bytes)
    }
    return bytes
  }

  private func append(_ fields: [String?], rowName: String?, to bytes: inout [UInt8]) {
    if let rowName {
      Self.append(rowName, to: &bytes)
      bytes.append(UInt8(ascii: ","))
    }
    if fields.count == 1, rowName == nil, fields[0] == "" {
      bytes += "\"\"".utf8  // a line of nothing would be no row
      bytes.append(CSVFormat.newline)
      return
    }
    for (index, field) in fields.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      Self.append(field ?? (fields.count == 1 && rowName == nil ? "NA" : ""), to: &bytes)
    }
    bytes.append(CSVFormat.newline)
  }

  private static func append(_ field: String, to bytes: inout [UInt8]) {
    let quote = UInt8(ascii: "\"")
    let isSpecial = field.utf8.contains { $0 == quote || $0 == 44 || $0 == 10 || $0 == 13 }
    let blanks: [UInt8?] = [32, 9]
    guard isSpecial || blanks.contains(field.utf8.first) || blanks.contains(field.utf8.last) else {
      bytes += field.utf8
      return
    }
    bytes.append(quote)
    for byte in field.utf8 {
      if byte == quote { bytes.append(quote) }
      bytes.append(byte)
    }
    bytes.append(quote)
  }
}
