// Part of Apus, Apache-2.0. See LICENSE.
import Foundation
import SwiftCSV

/// The numbers of a CSV file with a header.
struct NumericTable {
  let header: [String]
  /// The values, column by column; NaN is a missing one.
  let columns: [[Double]]
  /// The number of each row below the header, counting blank lines too.
  let rowNumbers: [Int]

  var rowCount: Int { columns.first?.count ?? 0 }

  /// The texts that stand for a missing value.
  private static let missing: Set<String> = ["", "NA", "NaN", "nan", "null", "?"]

  /// Reads a file; fields may be separated by commas, semicolons or tabs.
  static func read(_ path: String) throws -> NumericTable {
    let text: String
    do {
      text = try String(contentsOf: URL(fileURLWithPath: path), encoding: .utf8)
    } catch {
      throw ToolError.input(reason(for: path))
    }
    return try NumericTable(text: text, path: path)
  }

  private static func reason(for path: String) -> String {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      return "There is no file \(path)."
    }
    if isFolder.boolValue { return "\(path) is a folder, not a CSV file." }
    return FileManager.default.isReadableFile(atPath: path)
      ? "\(path) is not UTF-8 text." : "\(path) cannot be read: permission denied."
  }

  init(text: String, path: String) throws {
    guard text.contains(where: { !$0.isWhitespace }) else {
      throw ToolError.input("\(path) is empty: a header and at least two rows are needed.")
    }
    guard text.count(where: { $0 == "\"" }) % 2 == 0 else {
      throw ToolError.input("\(path) is not valid CSV: a quotation mark is not closed.")
    }
    let (header, rows) = try Self.parse(text, path)
    if let name = Dictionary(grouping: header, by: { $0 }).first(where: { $1.count > 1 })?.key {
      throw ToolError.input("\(path) has two columns named \"\(name)\".")
    }
    var columns = header.map { _ in [Double]() }
    for (row, fields) in rows {
      guard fields.count == header.count else {
        throw ToolError.input(
          "\(path), row \(row): \(fields.count) fields, but the header has \(header.count).")
      }
      for (i, field) in fields.enumerated() {
        columns[i].append(try Self.number(field, path: path, row: row, column: header[i]))
      }
    }
    self.header = header
    self.columns = columns
    rowNumbers = rows.map(\.0)
  }

  /// The header and the rows that are not blank, numbered from 1 after the header.
  private static func parse(
    _ text: String, _ path: String
  ) throws -> ([String], [(Int, [String])]) {
    do {
      let csv = try CSV<Enumerated>(
        string: text, delimiter: CSVDelimiter.guessed(string: text), loadColumns: false,
        rowLimit: 0)
      var rows: [(Int, [String])] = []
      var number = 0
      try csv.enumerateAsArray(startAt: 1, rowLimit: nil) { fields in
        number += 1
        if fields.contains(where: { !$0.isEmpty }) { rows.append((number, fields)) }
      }
      return (csv.header.map { $0.trimmingCharacters(in: .whitespaces) }, rows)
    } catch CSVParseError.quotation(let message), CSVParseError.generic(let message) {
      throw ToolError.input("\(path) is not valid CSV: \(message).")
    }
  }

  private static func number(
    _ field: String, path: String, row: Int, column: String
  ) throws -> Double {
    let text = field.trimmingCharacters(in: .whitespaces)
    if missing.contains(text) { return .nan }
    guard let value = Double(text), value.isFinite else {
      throw ToolError.input(
        "\(path), row \(row), column \"\(column)\": \"\(text)\" is not a number.")
    }
    return value
  }

  /// The position of a named column.
  func column(named name: String, path: String) throws -> Int {
    guard let index = header.firstIndex(of: name) else {
      throw ToolError.input(
        "\(path) has no column \"\(name)\"; its columns are \(header.joined(separator: ", ")).")
    }
    return index
  }
}
