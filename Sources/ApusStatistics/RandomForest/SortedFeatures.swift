// Part of Apus, Apache-2.0. See LICENSE.
import ApusTables

/// The features of a table in column order, with the rows of each column sorted once.
///
/// All trees of all folds share it: a tree only leaves out the rows that it does not use. Missing
/// values (NaN) come last in each order.
final class SortedFeatures: Sendable {
  let rowCount: Int
  let featureCount: Int
  /// Values, column after column.
  let values: [Double]
  /// Row numbers of each column in ascending order of value, column after column.
  let orders: [UInt32]
  /// Whether a column needs no comparison of adjacent values: all differ and none is missing.
  let isSimple: [Bool]
  /// Whether a column has missing values.
  let hasMissing: [Bool]

  init(_ table: FeatureTable) {
    rowCount = table.rowCount
    featureCount = table.featureCount
    values = table.columns.flatMap { $0 }
    let sorted = table.columns.map(Self.order)
    orders = sorted.flatMap { $0 }
    hasMissing = table.columns.map { $0.contains(where: \.isNaN) }
    isSimple = zip(table.columns, sorted).map { column, order in
      zip(order, order.dropFirst()).allSatisfy { column[Int($0)] < column[Int($1)] }
    }
  }

  private static func order(of column: [Double]) -> [UInt32] {
    let present = column.indices.filter { !column[$0].isNaN }
    let missing = column.indices.filter { column[$0].isNaN }
    let sorted = present.sorted { (column[$0], $0) < (column[$1], $1) }
    return (sorted + missing).map(UInt32.init)
  }
}
