// Part of Apus, Apache-2.0. See LICENSE.

extension Table {
  /// Some columns, in the order given.
  ///
  /// - Throws: ``TableError`` `.values` for an unknown name, `.shape` for one that is given twice.
  public func selecting(_ names: [String]) throws -> Table {
    try Table(
      columns: try names.map { try column($0) }, rowCount: rowCount, rowNames: rowNames,
      lines: lines)
  }

  /// Some columns, in the order given.
  ///
  /// - Throws: ``TableError`` `.values` for an unknown name, `.shape` for one that is given twice.
  public func selecting(_ names: String...) throws -> Table { try selecting(names) }

  /// All columns but some.
  ///
  /// - Throws: ``TableError`` `.values` for an unknown name.
  public func removing(_ names: [String]) throws -> Table {
    let removed = Set(try names.map { try position(of: $0) })
    let kept = columns.indices.filter { !removed.contains($0) }.map { columns[$0] }
    return changed(kept, rowCount: rowCount, rowNames, lines)
  }

  /// All columns but some.
  ///
  /// - Throws: ``TableError`` `.values` for an unknown name.
  public func removing(_ names: String...) throws -> Table { try removing(names) }

  /// The columns and another one, which replaces one of the same name.
  ///
  /// - Throws: ``TableError`` `.shape` if it has another number of rows.
  public func adding(_ column: Column) throws -> Table {
    var columns = columns
    if let position = try? position(of: column.name) {
      columns[position] = column
    } else {
      columns.append(column)
    }
    let isFree = self.columns.isEmpty && rowNames == nil && lines == nil
    let rowCount = isFree ? column.count : rowCount
    return try Table(columns: columns, rowCount: rowCount, rowNames: rowNames, lines: lines)
  }
}
