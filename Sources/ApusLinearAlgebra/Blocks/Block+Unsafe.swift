// Part of Apus, Apache-2.0. See LICENSE.

// Safety: A block does not own its memory. Its creator must keep the memory alive, and must give disjoint
// parts to different threads. `Matrix.withBlock(_:)` and `withUniqueBlock(_:)` are the safe ways to get one.

/// A matrix in memory as kernels see it: a pointer and two strides.
///
/// Matrices pass it to their routines; users work with ``Matrix``.
public struct Block<Element: BlockScalar>: @unchecked Sendable {
  // The creator of a block keeps its memory alive and gives disjoint parts to different threads.

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

  /// The block with rows and columns exchanged.
  var transposed: Block {
    Block(
      base: base, rows: columns, columns: rows, rowStride: columnStride, columnStride: rowStride)
  }

  /// The part with some rows and columns.
  func part(_ part: Range<Int>, _ wanted: Range<Int>) -> Block {
    assert(part.upperBound <= rows && wanted.upperBound <= columns)
    return Block(
      base: base + part.lowerBound * rowStride + wanted.lowerBound * columnStride,
      rows: part.count, columns: wanted.count, rowStride: rowStride, columnStride: columnStride)
  }

  /// The first element of a column, whose elements are `rowStride` apart.
  @inline(__always)
  func column(_ index: Int) -> UnsafeMutablePointer<Element> { base + index * columnStride }

  /// Whether the elements of a column are contiguous, as LAPACK requires.
  var isColumnMajor: Bool { rowStride == 1 || rows <= 1 }

  /// The distance between columns, at least 1 and at least the number of rows, as LAPACK requires.
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

  /// Calls `body` with a column-major block of temporary memory.
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

  /// The position of the first element, column by column, that is NaN or infinite; with `lower`, only in the
  /// lower triangle.
  func firstNonFinite(lower: Bool = false) -> (row: Int, column: Int)? {
    for j in 0..<columns {
      let (start, from) = (lower ? min(j, rows) : 0, column(j))
      // A sum of elements times 0 is 0 unless one of them is not finite.
      var sum: Element = 0
      if rowStride == 1 {
        sum = Vectors.sumTimesZero(from + start, count: rows - start)
      } else {
        for i in start..<rows { sum += from[i * rowStride] * 0 }
      }
      if sum == 0 { continue }
      for i in start..<rows where !from[i * rowStride].isFinite { return (i, j) }
    }
    return nil
  }
}
