// Part of Apus, Apache-2.0. See LICENSE.
public import ApusRandom

// Safety: Each loop stays within the rows and columns of both matrices, whose shapes are compared before, and writes only to a new
// matrix; the matrices that are read live until the loops are over.

extension Matrix {
  /// A matrix of the results of an operation on the elements of two of the same shape.
  @inlinable
  public func combined<Output: MatrixScalar>(
    with other: Matrix, _ operation: (Element, Element) -> Output
  ) -> Matrix<Output> {
    requireShape(of: other)
    if !isColumnMajor && !other.isColumnMajor {
      return transposed.combined(with: other.transposed, operation).transposed
    }
    let result = Matrix<Output>(uninitialisedRows: rows, columns: columns)
    for column in 0..<columns {
      let to = result.storage.base + column * result.columnStride
      let a = storage.base + offset + column * columnStride
      let b = other.storage.base + other.offset + column * other.columnStride
      if rowStride == 1 && other.rowStride == 1 {
        for row in 0..<rows { to[row] = operation(a[row], b[row]) }
      } else {
        for row in 0..<rows {
          to[row] = operation(a[row * rowStride], b[row * other.rowStride])
        }
      }
    }
    return withExtendedLifetime((self, other)) { result }
  }

  @inlinable
  func requireShape(of other: Matrix) {
    require(
      rows == other.rows && columns == other.columns,
      "The shapes differ: \(rows) x \(columns) and \(other.rows) x \(other.columns).")
  }

  /// Whether columns are contiguous, or at least rows are not.
  @inlinable var isColumnMajor: Bool { rowStride == 1 || columnStride != 1 }

  /// The matrix with `transform` applied to each element.
  ///
  /// - Complexity: O(rows × columns) calls.
  @inlinable
  public func map<Output: MatrixScalar>(_ transform: (Element) -> Output) -> Matrix<Output> {
    mapColumns { _, element in transform(element) }
  }

  @inlinable
  func mapColumns<Output: MatrixScalar>(
    _ transform: (_ column: Int, Element) -> Output
  ) -> Matrix<Output> {
    let result = Matrix<Output>(uninitialisedRows: rows, columns: columns)
    for column in 0..<columns {
      let to = result.storage.base + column * result.columnStride
      let from = storage.base + offset + column * columnStride
      if rowStride == 1 {
        for row in 0..<rows { to[row] = transform(column, from[row]) }
      } else {
        for row in 0..<rows { to[row] = transform(column, from[row * rowStride]) }
      }
    }
    return withExtendedLifetime(self) { result }
  }

  /// One row.
  ///
  /// - Complexity: O(columns).
  @inlinable
  public func row(_ index: Int) -> [Element] {
    require(0..<rows ~= index, "There is no row \(index) in a matrix of \(rows) x \(columns).")
    return vector(from: offset + index * rowStride, stride: columnStride, count: columns)
  }

  /// One column.
  ///
  /// - Complexity: O(rows).
  @inlinable
  public func column(_ index: Int) -> [Element] {
    require(
      0..<columns ~= index, "There is no column \(index) in a matrix of \(rows) x \(columns).")
    return vector(from: offset + index * columnStride, stride: rowStride, count: rows)
  }

  /// The elements of the diagonal.
  ///
  /// - Complexity: O(min(rows, columns)).
  @inlinable
  public var diagonal: [Element] {
    vector(from: offset, stride: rowStride + columnStride, count: min(rows, columns))
  }

  @inlinable
  func vector(from start: Int, stride: Int, count: Int) -> [Element] {
    withExtendedLifetime(self) {
      [Element](unsafeUninitializedCapacity: count) { buffer, initializedCount in
        guard let to = buffer.baseAddress else { return }
        let from = storage.base + start
        if stride == 1 {
          to.initialize(from: from, count: count)
        } else {
          for index in 0..<count { (to + index).initialize(to: from[index * stride]) }
        }
        initializedCount = count
      }
    }
  }

  /// All elements, column by column.
  ///
  /// - Complexity: O(rows × columns).
  @inlinable
  public var elements: [Element] {
    withExtendedLifetime(self) {
      [Element](unsafeUninitializedCapacity: count) { buffer, initializedCount in
        guard let base = buffer.baseAddress else { return }
        for column in 0..<columns {
          let from = storage.base + offset + column * columnStride
          let to = base + column * rows
          if rowStride == 1 {
            to.initialize(from: from, count: rows)
          } else {
            for row in 0..<rows { (to + row).initialize(to: from[row * rowStride]) }
          }
        }
        initializedCount = count
      }
    }
  }

  /// The rows at some positions, in the order given; a position may occur several times.
  ///
  /// - Complexity: O(positions × columns).
  @inlinable
  public func selecting(rows positions: [Int]) -> Matrix {
    if let odd = positions.first(where: { !(0..<rows ~= $0) }) {
      fatalError("There is no row \(odd) in a matrix of \(rows) x \(columns).")
    }
    let result = Matrix(uninitialisedRows: positions.count, columns: columns)
    for column in 0..<columns {
      let to = result.storage.base + column * result.columnStride
      let from = storage.base + offset + column * columnStride
      for (row, position) in positions.enumerated() { to[row] = from[position * rowStride] }
    }
    return withExtendedLifetime(self) { result }
  }

  /// The columns at some positions, in the order given; a position may occur several times.
  ///
  /// - Complexity: O(rows × positions).
  @inlinable
  public func selecting(columns positions: [Int]) -> Matrix {
    if let odd = positions.first(where: { !(0..<columns ~= $0) }) {
      fatalError("There is no column \(odd) in a matrix of \(rows) x \(columns).")
    }
    let result = Matrix(uninitialisedRows: rows, columns: positions.count)
    for (index, position) in positions.enumerated() {
      let to = result.storage.base + index * result.columnStride
      let from = storage.base + offset + position * columnStride
      for row in 0..<rows { to[row] = from[row * rowStride] }
    }
    return withExtendedLifetime(self) { result }
  }
}
