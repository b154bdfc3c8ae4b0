// Part of Apus, Apache-2.0. See LICENSE.

extension Matrix {
  /// The sum of each column.
  ///
  /// - Complexity: O(rows × columns).
  /// - Reproducibility: eight running sums, of every eighth row each, are added in a fixed order, however the matrix is stored.
  public func columnSums() -> [Element] { sumsOfColumns(magnitudes: false) }

  /// The sum of each row, as ``columnSums()``.
  public func rowSums() -> [Element] { transposed.columnSums() }

  /// The mean of each column; NaN if there are no rows.
  public func columnMeans() -> [Element] { columnSums().map { $0 / Element(rows) } }

  /// The mean of each row; NaN if there are no columns.
  public func rowMeans() -> [Element] { transposed.columnMeans() }

  /// The sum of all elements: that of the sums of the columns.
  ///
  /// - Complexity: O(rows × columns).
  public func sum() -> Element {
    let sums = columnSums()
    return Matrix(rows: sums.count, columns: 1, elements: sums).columnSums()[0]
  }

  func sumsOfColumns(magnitudes: Bool) -> [Element] {
    withExtendedLifetime(self) {
      Element.routines(of: .current).loops.columnSums(block, magnitudes)
    }
  }

  /// The mean of all elements; NaN if there are none.
  public func mean() -> Element { sum() / Element(count) }
}
