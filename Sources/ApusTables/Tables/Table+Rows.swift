// Part of Apus, Apache-2.0. See LICENSE.

extension Table {
  /// One row.
  public func row(_ index: Int) -> TableRow { TableRow(self, index) }

  /// The rows at some positions, in the order given; a position may occur several times, as in a bootstrap sample.
  ///
  /// - Precondition: the positions are from 0 to ``rowCount`` - 1.
  /// - Complexity: O(positions · columns).
  public func selecting(rows: [Int]) -> Table {
    if let odd = rows.first(where: { !(0..<rowCount ~= $0) }) {
      fatalError("there is no row \(odd): the table has \(rowCount)")
    }
    let lines = lines.map { _ in Lines.listed(rows.map { line(ofRow: $0) ?? 0 }) }
    return changed(
      columns.map { $0.selecting(rows) }, rowCount: rows.count, rowNames?.selecting(rows), lines)
  }

  /// The rows that satisfy a condition, in their order.
  ///
  /// ```swift
  /// let old = patients.filter { $0["age"].number > 64 && $0["site"].text == "Oslo" }
  /// ```
  public func filter<Failure: Error>(
    _ isIncluded: (TableRow) throws(Failure) -> Bool
  ) throws(Failure) -> Table {
    var rows: [Int] = []
    for index in 0..<rowCount where try isIncluded(TableRow(self, index)) { rows.append(index) }
    return selecting(rows: rows)
  }

  /// The rows without a missing value, and how many others there are.
  ///
  /// - Parameter columns: the columns that must not have a missing value; nil for all.
  /// - Throws: ``TableError`` `.values` for an unknown name.
  public func droppingMissing(in columns: [String]? = nil) throws -> (table: Table, dropped: Int) {
    let checked = try columns.map { try $0.map { try column($0) } } ?? self.columns
    let rows = (0..<rowCount).filter { row in !checked.contains { $0.isMissing(row) } }
    return (rows.count == rowCount ? self : selecting(rows: rows), rowCount - rows.count)
  }

  /// The rows sorted by a column, missing values last; rows of equal values keep their order.
  ///
  /// Numbers are sorted by size, false before true, texts in the order of their levels.
  ///
  /// - Throws: ``TableError`` `.values` for an unknown name.
  public func sorted(by name: String) throws -> Table {
    let keys = try column(name).sortKeys
    let rows = (0..<rowCount).sorted { a, b in
      if keys[a].isNaN || keys[b].isNaN {
        return (keys[a].isNaN ? 1 : 0, a) < (keys[b].isNaN ? 1 : 0, b)
      }
      return (keys[a], a) < (keys[b], b)
    }
    return selecting(rows: rows)
  }

  func changed(
    _ columns: [Column], rowCount: Int, _ rowNames: Categories?, _ lines: Lines?
  ) -> Table {
    do {
      return try Table(columns: columns, rowCount: rowCount, rowNames: rowNames, lines: lines)
    } catch {
      fatalError("\(error)")
    }
  }
}

extension Column {
  /// Numbers in the order of the values; NaN for a missing one.
  var sortKeys: [Double] {
    switch values {
    case .numbers(let values): values
    case .integers(let values): values.map { Double($0) }
    case .logicals(let values): values.map { $0.map { $0 ? 1 : 0 } ?? .nan }
    case .dates(let texts), .categories(let texts):
      texts.codes.map { $0 < 0 ? .nan : Double($0) }
    }
  }
}
