// Part of Apus, Apache-2.0. See LICENSE.

extension Matrix where Element: LosslessStringConvertible {
  /// The matrix as comma-separated values, a line a row, each number so that it is read back exactly.
  public var csv: String {
    (0..<rows).map { row in
      (0..<columns).map { "\(self[row, $0])" }.joined(separator: ",") + "\n"
    }.joined()
  }

  /// A matrix from comma-separated numbers, a line a row.
  ///
  /// Tables with texts are for another reader.
  ///
  /// - Parameters:
  ///   - csv: lines that end with a line feed, with or without a carriage return; empty lines are passed over.
  ///   - hasHeader: whether the first line holds names, which are passed over.
  /// - Throws: ``MatrixFileError`` with the line and field that is no number, or the line whose fields are
  ///   too many or too few.
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
          .format, "Line \(number) has \(row.count) fields, those before it \(first.count).")
      }
      rows.append(row)
    }
    self.init(rows: rows)
  }
}
