// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom

/// A dense matrix, column-major, of doubles or floats.
///
/// A matrix is a value: a copy shares its elements until one of the two is modified. `transposed` and slices
/// share them too, with other strides, so they cost nothing; they keep the memory of the original matrix
/// alive until they are modified or ``compacted()``.
///
/// ```swift
/// let a: Matrix<Double> = [[4, 2], [2, 3]]    // rows
/// let b = a * a.transposed
/// let first = b[0, 0]                         // row, column
/// let column = b[columns: 1..<2]              // a slice, without a copy
/// ```
/// - Complexity: O(1) to copy, transpose and slice; the first modification after that copies all elements.
public struct Matrix<Element: MatrixScalar>: Sendable {
  @usableFromInline var storage: MatrixStorage<Element>
  @usableFromInline var offset: Int
  /// The number of rows.
  public let rows: Int
  /// The number of columns.
  public let columns: Int
  /// The distances between neighbouring elements of a column, and of a row.
  @usableFromInline var rowStride: Int
  @usableFromInline var columnStride: Int

  @inlinable
  init(
    storage: MatrixStorage<Element>, offset: Int, rows: Int, columns: Int, rowStride: Int,
    columnStride: Int
  ) {
    self.storage = storage
    self.offset = offset
    self.rows = rows
    self.columns = columns
    self.rowStride = rowStride
    self.columnStride = columnStride
  }

  /// Creates a matrix with uninitialised elements.
  @usableFromInline
  init(uninitialisedRows rows: Int, columns: Int) {
    require(
      rows >= 0 && columns >= 0, "A matrix cannot have \(rows) rows and \(columns) columns.")
    let (count, isTooMany) = rows.multipliedReportingOverflow(by: columns)
    require(
      !isTooMany && count <= Int.max / 16, "\(rows) rows and \(columns) columns are too many.")
    self.init(
      storage: MatrixStorage(count: count), offset: 0, rows: rows, columns: columns, rowStride: 1,
      columnStride: max(rows, 1))
  }
}

// MARK: - Shape

extension Matrix {
  /// The number of elements.
  @inlinable
  public var count: Int { rows * columns }

  /// Whether there are as many rows as columns.
  @inlinable
  public var isSquare: Bool { rows == columns }

  /// The shape in messages, such as "3 x 2".
  var shape: String { "\(rows) x \(columns)" }

  /// Whether the elements are contiguous in column-major order.
  @inlinable var isCompact: Bool {
    rowStride == 1 && (columnStride == rows || columns <= 1)
  }

  /// The same matrix with rows and columns exchanged, without a copy.
  ///
  /// - Complexity: O(1).
  @inlinable
  public var transposed: Matrix {
    Matrix(
      storage: storage, offset: offset, rows: columns, columns: rows, rowStride: columnStride,
      columnStride: rowStride)
  }

  /// The submatrix of a range of rows and a range of columns, without a copy.
  ///
  /// - Complexity: O(1) to read; assigning copies the submatrix.
  public subscript(rows part: Range<Int>, columns wanted: Range<Int>) -> Matrix {
    get {
      require(
        part.lowerBound >= 0 && part.upperBound <= rows && wanted.lowerBound >= 0
          && wanted.upperBound <= columns,
        "Rows \(part) and columns \(wanted) are not in a matrix of \(shape).")
      return Matrix(
        storage: storage,
        offset: offset + part.lowerBound * rowStride + wanted.lowerBound * columnStride,
        rows: part.count, columns: wanted.count, rowStride: rowStride, columnStride: columnStride)
    }
    set {
      require(
        newValue.rows == part.count && newValue.columns == wanted.count,
        "A matrix of \(newValue.shape) does not fit into rows \(part) and columns \(wanted).")
      require(
        part.upperBound <= rows && wanted.upperBound <= columns && part.lowerBound >= 0
          && wanted.lowerBound >= 0,
        "Rows \(part) and columns \(wanted) are not in a matrix of \(shape).")
      replace(rows: part, columns: wanted, with: newValue)
    }
  }

  /// The submatrix of a range of rows, without a copy.
  public subscript(rows part: Range<Int>) -> Matrix {
    get { self[rows: part, columns: 0..<columns] }
    set { self[rows: part, columns: 0..<columns] = newValue }
  }

  /// The submatrix of a range of columns, without a copy.
  public subscript(columns part: Range<Int>) -> Matrix {
    get { self[rows: 0..<rows, columns: part] }
    set { self[rows: 0..<rows, columns: part] = newValue }
  }
}
