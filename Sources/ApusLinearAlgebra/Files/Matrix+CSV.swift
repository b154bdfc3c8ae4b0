// Part of Apus, Apache-2.0. See LICENSE.

extension Matrix where Element: LosslessStringConvertible {
  /// The matrix as comma-separated values, one line per row, with enough digits to be read back exactly.
  public var csv: String {
    (0..<rows).map { row in
      (0..<columns).map { "\(self[row, $0])" }.joined(separator: ",") + "\n"
    }.joined()
  }

  /// Creates a matrix from comma-separated numbers, one line per row.
  ///
  /// Only numbers are accepted; for tables with text columns use another reader.
  ///
  /// - Parameters:
  ///   - csv: lines that end in LF or CRLF; empty lines are skipped.
  ///   - hasHeader: whether the first line holds column names, which are skipped.
  /// - Throws: ``MatrixFileError`` that names the line and field that is not a number, or the line with too
  ///   many or too few fields.
  public init(csv: String, hasHeader: Bool = false) throws(MatrixFileError) {
    var rows: [[Element]] = []
    var number = 0
    for line in csv.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      number += 1
      if number == 1 && hasHeader || line.allSatisfy(\.isWhitespace) { continue }
      var row: [Element] = []
      for (index, field) in line.split(separator: ",", omittingEmptySubsequences: false)
        .enumerated()
      {
        let text = String(
          field.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
        guard let value = Element(text) else {
          throw MatrixFileError(
            .format, "Line \(number), field \(index + 1): \"\(text)\" is not a number.")
        }
        row.append(value)
      }
      if let first = rows.first, row.count != first.count {
        throw MatrixFileError(
          .format, "Line \(number): \(row.count) fields instead of \(first.count).")
      }
      rows.append(row)
    }
    self.init(rows: rows)
  }
}
