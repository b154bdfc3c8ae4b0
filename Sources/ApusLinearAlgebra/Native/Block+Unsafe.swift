// Part of Apus, Apache-2.0. See LICENSE.

/// A matrix in memory as kernels see it: a pointer and two strides.
///
/// Matrices hand it to their routines; users have ``Matrix``.
public struct Block<Element: MatrixScalar>: @unchecked Sendable {
  // Whoever makes a block keeps its memory alive and gives disjoint parts to different threads.

  @usableFromInline let base: UnsafeMutablePointer<Element>
  @usableFromInline let rows: Int
  @usableFromInline let columns: Int
  @usableFromInline let rowStride: Int
  @usableFromInline let columnStride: Int

  @usableFromInline
  init(
    base: UnsafeMutablePointer<Element>, rows: Int, columns: Int, rowStride: Int, columnStride: Int
  ) {
    self.base = base
    self.rows = rows
    self.columns = columns
    self.rowStride = rowStride
    self.columnStride = columnStride
  }

  @inline(__always)
  subscript(row: Int, column: Int) -> Element {
    get { base[row * rowStride + column * columnStride] }
    nonmutating set { base[row * rowStride + column * columnStride] = newValue }
  }

  /// Rows and columns exchanged.
  var transposed: Block {
    Block(
      base: base, rows: columns, columns: rows, rowStride: columnStride, columnStride: rowStride)
  }

  /// A part of it.
  func part(_ part: Range<Int>, _ wanted: Range<Int>) -> Block {
    assert(part.upperBound <= rows && wanted.upperBound <= columns)
    return Block(
      base: base + part.lowerBound * rowStride + wanted.lowerBound * columnStride,
      rows: part.count, columns: wanted.count, rowStride: rowStride, columnStride: columnStride)
  }

  /// The column, with neighbours `rowStride` apart.
  @inline(__always)
  func column(_ index: Int) -> UnsafeMutablePointer<Element> { base + index * columnStride }

  /// Whether the elements of a column lie side by side, as LAPACK wants it.
  var isColumnMajor: Bool { rowStride == 1 || rows <= 1 }

  /// Whether the elements of a row lie side by side.
  var isRowMajor: Bool { columnStride == 1 || columns <= 1 }

  /// The distance between columns, at least 1 and at least the rows, as LAPACK wants it.
  var leadingDimension: Int { max(columnStride, rows, 1) }

  func fill(_ element: Element) {
    for j in 0..<columns {
      for i in 0..<rows { self[i, j] = element }
    }
  }

  func fill(from other: Block) {
    for j in 0..<columns {
      let (to, from) = (column(j), other.column(j))
      if rowStride == 1 && other.rowStride == 1 {
        to.update(from: from, count: rows)
      } else {
        for i in 0..<rows { to[i * rowStride] = from[i * other.rowStride] }
      }
    }
  }

  func setIdentity() {
    fill(0)
    for i in 0..<min(rows, columns) { self[i, i] = 1 }
  }

  /// Calls `body` with a column-major block of its own memory.
  static func withTemporary<Output>(
    rows: Int, columns: Int, _ body: (Block) throws -> Output
  ) rethrows -> Output {
    let storage = MatrixStorage<Element>(count: rows * columns)
    return try withExtendedLifetime(storage) {
      try body(
        Block(
          base: storage.base, rows: rows, columns: columns, rowStride: 1,
          columnStride: max(rows, 1)))
    }
  }

  /// The largest magnitude; NaN if an element is.
  var largestMagnitude: Element {
    var largest: Element = 0
    for j in 0..<columns {
      let from = column(j)
      for i in 0..<rows {
        let size = from[i * rowStride].magnitude
        if !(size <= largest) { largest = size }
        if size.isNaN { return size }
      }
    }
    return largest
  }

  /// Where the first element lies that is not a number or infinite, column by column; of the lower
  /// triangle only, if asked.
  func firstNonFinite(lower: Bool = false) -> (row: Int, column: Int)? {
    for j in 0..<columns {
      let (start, from) = (lower ? min(j, rows) : 0, column(j))
      // A sum of products with 0 is 0 unless one is not finite.
      var sum: Element = 0
      if rowStride == 1 {
        sum = Vectors.sumOfNothing(from + start, count: rows - start)
      } else {
        for i in start..<rows { sum += from[i * rowStride] * 0 }
      }
      if sum == 0 { continue }
      for i in start..<rows where !from[i * rowStride].isFinite { return (i, j) }
    }
    return nil
  }
}
