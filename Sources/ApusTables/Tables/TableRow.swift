// Part of Apus, Apache-2.0. See LICENSE.

/// One row of a table.
public struct TableRow: Sendable {
  private let table: Table
  /// The position of the row.
  public let index: Int

  init(_ table: Table, _ index: Int) {
    self.table = table
    self.index = index
  }

  /// The value in a column.
  ///
  /// - Throws: ``TableError`` `.values` that lists the columns, if none has this name.
  public func value(_ name: String) throws -> TableValue {
    TableValue(try table.column(name), index)
  }

  /// The value in a column that is known to exist; ``value(_:)`` throws if it does not.
  public subscript(name: String) -> TableValue {
    do {
      return try value(name)
    } catch {
      fatalError("\(error)")
    }
  }
}

/// One value of a table.
public struct TableValue: Sendable {
  private let column: Column
  private let row: Int

  init(_ column: Column, _ row: Int) {
    self.column = column
    self.row = row
  }

  /// Whether it is missing.
  public var isMissing: Bool { column.isMissing(row) }

  /// The number, 1 for true and 0 for false; NaN if it is missing or no number.
  public var number: Double {
    switch column.values {
    case .numbers(let values): values[row]
    case .integers(let values): Double(values[row])
    case .logicals(let values): values[row].map { $0 ? 1 : 0 } ?? .nan
    case .dates, .categories: .nan
    }
  }

  /// The value as a text; nil if it is missing.
  public var text: String? { column.text(row) }

  /// The truth value; nil if it is missing or none.
  public var logical: Bool? {
    if case .logicals(let values) = column.values { values[row] } else { nil }
  }
}
