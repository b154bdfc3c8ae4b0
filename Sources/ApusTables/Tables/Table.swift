// Part of Apus, Apache-2.0. See LICENSE.

/// Columns of equal length with names: rows are observations, columns are variables.
///
/// ```swift
/// let houses = try Table(csv: "houses.csv")
/// let large = houses.filter { $0["area"].number > 100 }
/// print(large.rowCount, try large.column("price").numbers())
/// ```
public struct Table: Sendable {
  /// Where rows stand in the file that they were read from.
  enum Lines: Sendable {
    case consecutive(from: Int)
    case listed([Int])
  }

  /// The columns.
  public let columns: [Column]
  /// The number of rows.
  public let rowCount: Int
  /// The names of the rows, if the file had a first column without a name, as R writes.
  public let rowNames: Categories?
  let lines: Lines?
  private let positions: [ExactText: Int]

  /// Makes a table.
  ///
  /// - Parameter columns: of equal length, with different names.
  /// - Throws: ``TableError`` `.shape`.
  public init(_ columns: [Column]) throws {
    try self.init(
      columns: columns, rowCount: columns.first?.count ?? 0, rowNames: nil, lines: nil)
  }

  init(columns: [Column], rowCount: Int, rowNames: Categories?, lines: Lines?) throws {
    if let odd = columns.first(where: { $0.count != rowCount }) {
      throw TableError(
        .shape, "Column \"\(odd.name)\" has \(odd.count) rows, but the first has \(rowCount).")
    }
    var positions: [ExactText: Int] = [:]
    for (index, column) in columns.enumerated() {
      guard positions.updateValue(index, forKey: ExactText(column.name)) == nil else {
        throw TableError(.shape, "Two columns are named \"\(column.name)\".")
      }
    }
    self.columns = columns
    self.rowCount = rowCount
    self.rowNames = rowNames
    self.lines = lines
    self.positions = positions
  }

  /// The names of the columns.
  public var names: [String] { columns.map(\.name) }

  /// The position of a column.
  ///
  /// - Throws: ``TableError`` `.values` that lists the columns, if none has this name.
  public func position(of name: String) throws -> Int {
    if let position = positions[ExactText(name)] { return position }
    let known = names.prefix(20).joined(separator: ", ") + (columns.count > 20 ? ", …" : "")
    throw TableError(.values, "There is no column \"\(name)\"; the columns are \(known).")
  }

  /// The column of a name.
  ///
  /// - Throws: ``TableError`` `.values` that lists the columns, if none has this name.
  public func column(_ name: String) throws -> Column { columns[try position(of: name)] }

  /// The line of the file on which a row begins, from 1; nil if the table was not read from a file.
  public func line(ofRow row: Int) -> Int? {
    switch lines {
    case .consecutive(let first): first + row
    case .listed(let lines): lines[row]
    case nil: nil
    }
  }
}
