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
    let ranks = try column(name).ranks
    let rows = (0..<rowCount).sorted { (ranks[$0], $0) < (ranks[$1], $1) }
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
  /// Equal numbers for equal values, in their order; the largest for missing ones.
  var ranks: [Int] {
    switch values {
    case .numbers(let values): Self.ranks(values) { $0.isNaN }
    case .integers(let values): Self.ranks(values) { _ in false }
    case .logicals(let values): values.map { $0.map { $0 ? 1 : 0 } ?? 2 }
    case .dates(let texts), .categories(let texts):
      Self.ranks(texts.codes, levelCount: texts.levels.count)
    }
  }

  private static func ranks(_ codes: [Int32], levelCount: Int) -> [Int] {
    codes.map { $0 < 0 ? levelCount : Int($0) }
  }

  private static func ranks<Value: Hashable & Comparable>(
    _ values: [Value], _ isMissing: (Value) -> Bool
  ) -> [Int] {
    let distinct = Set(values.filter { !isMissing($0) }).sorted()
    let ranks = Dictionary(uniqueKeysWithValues: zip(distinct, 0...))
    return values.map { ranks[$0] ?? distinct.count }
  }
}
