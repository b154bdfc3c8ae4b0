// Part of Apus, Apache-2.0. See LICENSE.
import ApusTables
import Foundation

/// Prints how CSV files are read, for comparison with other readers: `table-answers` reads their paths from the standard
/// input, a line each.
///
/// For each file there is a line `error MESSAGE`, or `table ROWS` and for each column `column TYPE NAME` and a line of its
/// values: numbers as the sixteen hexadecimal digits of their bits, integers as they are, texts as the hexadecimal digits of
/// their UTF-8 after "t", and "-" for a missing value.
@main
struct TableAnswers {
  static func main() {
    while let path = readLine() {
      do {
        print(text(try Table(csv: path)))
      } catch {
        print("error \(error)")
      }
    }
  }

  private static func text(_ table: Table) -> String {
    let columns = table.columns.map { column in
      "column \(column.type) \(hex(column.name))\n"
        + (0..<table.rowCount).map { value(column, $0) }.joined(separator: " ")
    }
    return (["table \(table.rowCount)"] + columns).joined(separator: "\n")
  }

  private static func value(_ column: Column, _ row: Int) -> String {
    if column.isMissing(row) { return "-" }
    return switch column.values {
    case .numbers(let values):
      String(values[row].bitPattern, radix: 16)
    case .integers(let values): "\(values[row])"
    case .logicals(let values): values[row] == true ? "1" : "0"
    case .dates(let values), .categories(let values): hex(values[row] ?? "")
    }
  }

  private static func hex(_ text: String) -> String {
    "t" + text.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
