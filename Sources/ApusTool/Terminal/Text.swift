// Part of Apus, Apache-2.0. See LICENSE.
import Foundation

/// Formatting of numbers and tables for people.
enum Text {
  /// A number with a fixed number of decimals.
  static func number(_ value: Double, digits: Int) -> String {
    value.isNaN ? "undefined" : String(format: "%.\(digits)f", value)
  }

  /// A number with about four significant digits.
  static func short(_ value: Double) -> String {
    value.isNaN ? "undefined" : String(format: "%.4g", value)
  }

  /// A share in percent, with one decimal.
  static func percent(_ share: Double) -> String {
    share.isNaN ? "undefined" : String(format: "%.1f %%", 100 * share)
  }

  /// An integer in groups of three digits.
  static func grouped(_ value: Int) -> String {
    let digits = Array(String(value.magnitude))
    let groups = stride(from: digits.count, to: 0, by: -3).map { end in
      String(digits[max(0, end - 3)..<end])
    }
    return (value < 0 ? "-" : "") + groups.reversed().joined(separator: ",")
  }

  /// "0.42 s", "3 min 20 s", "2 h 5 min".
  static func time(_ duration: Duration) -> String {
    let seconds = duration / .seconds(1)
    if seconds < 100 { return number(seconds, digits: seconds < 10 ? 2 : 1) + " s" }
    let whole = Int(seconds.rounded())
    return whole < 3600
      ? "\(whole / 60) min \(whole % 60) s" : "\(whole / 3600) h \(whole % 3600 / 60) min"
  }

  /// A table of rows of equal length, the first column left-aligned, the others right-aligned.
  static func table(_ rows: [[String]]) -> String {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      zip(row, widths).enumerated().map { column, cell in
        let pad = String(repeating: " ", count: cell.1 - cell.0.count)
        return column == 0 ? cell.0 + pad : pad + cell.0
      }.joined(separator: "  ")
    }.joined(separator: "\n")
  }

  /// Two columns, the first padded to a common width.
  static func aligned(_ rows: [(String, String)]) -> String {
    let width = rows.map(\.0.count).max() ?? 0
    return rows.map { name, value in
      name.padding(toLength: width + 2, withPad: " ", startingAt: 0) + value
    }.joined(separator: "\n")
  }
}
