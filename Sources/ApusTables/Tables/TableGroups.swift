// Part of Apus, Apache-2.0. See LICENSE.

/// The rows of a table, grouped by the values of some columns.
///
/// ```swift
/// let means = try patients.grouped(by: "site").summarised { group in
///   let ages = try group.column("age").numbers()
///   return ["n": Double(ages.count), "mean age": ages.reduce(0, +) / Double(ages.count)]
/// }
/// ```
public struct TableGroups: Sendable {
  private let table: Table
  private let names: [String]
  /// The positions of the rows of each group.
  ///
  /// Groups are sorted by their values, those with missing ones last.
  public let rows: [[Int]]

  init(_ table: Table, by names: [String]) throws {
    self.table = table
    self.names = names
    let columns = try names.map { try table.column($0) }
    let ranks = columns.map(\.ranks)
    var groups: [[Int]: [Int]] = [:]
    for row in 0..<table.rowCount { groups[ranks.map { $0[row] }, default: []].append(row) }
    rows = groups.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
  }

  /// The number of groups.
  public var count: Int { rows.count }

  /// The rows of a group.
  public func table(ofGroup index: Int) -> Table { table.selecting(rows: rows[index]) }

  /// The columns that were grouped by, with a row for each group.
  public func keys() throws -> Table {
    try table.selecting(names).selecting(rows: rows.map { $0[0] })
  }

  /// A table with a row for each group: its key, and numbers that are computed from its rows.
  ///
  /// - Parameter summary: the numbers and their names, which must be the same for all groups.
  /// - Throws: what `summary` throws, or ``TableError`` `.shape` for groups with different names.
  public func summarised(
    _ summary: (Table) throws -> KeyValuePairs<String, Double>
  ) throws -> Table {
    let summaries = try rows.indices.map { Array(try summary(table(ofGroup: $0))) }
    let found = summaries.first?.map(\.key) ?? []
    guard summaries.allSatisfy({ $0.map(\.key) == found }) else {
      throw TableError(.shape, "The summaries of the groups have different names.")
    }
    let columns = found.indices.map { index in
      Column(found[index], summaries.map { $0[index].value })
    }
    return try columns.reduce(keys().withoutLines) { try $0.adding($1) }
  }
}

extension Table {
  /// Groups the rows by the values of some columns.
  ///
  /// - Throws: ``TableError`` `.values` for an unknown name.
  /// - Complexity: O(rows · columns), plus sorting the groups.
  public func grouped(by names: String...) throws -> TableGroups {
    try TableGroups(self, by: names)
  }

  /// The same columns, not as rows of a file.
  var withoutLines: Table { changed(columns, rowCount: rowCount, nil, nil) }
}
