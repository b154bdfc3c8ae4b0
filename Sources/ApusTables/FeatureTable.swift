// Part of Apus, Apache-2.0. See LICENSE.

/// Numeric features of observations: rows are observations, columns are features.
///
/// NaN stands for a missing value.
///
/// ```swift
/// let table = try FeatureTable(columns: [heights, weights], names: ["height", "weight"])
/// ```
public struct FeatureTable: Codable, Sendable {
  /// The features, each with one value per row.
  public let columns: [[Double]]
  /// The features' names; "x1", "x2", … when none were given.
  public let names: [String]

  /// Makes a table.
  ///
  /// - Parameters:
  ///   - columns: at least one, all of the same length, at least one row.
  ///   - names: one per column, or none.
  /// - Throws: ``TableError`` `.shape`.
  public init(columns: [[Double]], names: [String] = []) throws {
    guard let rows = columns.first?.count, rows > 0 else {
      throw TableError(.shape, "A table needs at least one column and one row.")
    }
    if let odd = columns.firstIndex(where: { $0.count != rows }) {
      throw TableError(
        .shape, "Column \(odd + 1) has \(columns[odd].count) rows, but the first has \(rows).")
    }
    guard names.isEmpty || names.count == columns.count else {
      throw TableError(.shape, "\(names.count) names for \(columns.count) columns.")
    }
    self.columns = columns
    self.names = names.isEmpty ? columns.indices.map { "x\($0 + 1)" } : names
  }

  /// The number of observations.
  public var rowCount: Int { columns[0].count }
  /// The number of features.
  public var featureCount: Int { columns.count }

  /// The features of one observation.
  public func row(_ index: Int) -> [Double] { columns.map { $0[index] } }

  private enum CodingKeys: CodingKey { case columns, names }

  /// Decodes a table and checks its shape, as when one is made.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      columns: container.decode([[Double]].self, forKey: .columns),
      names: container.decode([String].self, forKey: .names))
  }
}
