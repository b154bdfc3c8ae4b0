// Part of Apus, Apache-2.0. See LICENSE.

extension Matrix {
  /// The lower Cholesky factor, which overwrites a matrix that is not used afterwards.
  @inline(__always)
  consuming func choleskyFactor() throws(LinearAlgebraError) -> Matrix {
    try requireSquare()
    let routines = Element.routines(of: .current)
    if let position = routines.loops.firstNonFinite(block, true) {
      throw .nonFinite(row: position.row, column: position.column)
    }
    var lower = consume self
    if lower.rowStride != 1 { lower = lower.copied() }
    try lower.withUniqueBlock { (block) throws(LinearAlgebraError) in
      let failed = routines.cholesky(block)
      if failed > 0 { throw .notPositiveDefinite(leadingMinor: failed) }
      if let j = (0..<block.rows).first(where: { !block[$0, $0].isFinite }) {
        throw .notPositiveDefinite(leadingMinor: j + 1)
      }
      routines.loops.clearUpper(block)
    }
    return lower
  }

  func requireSquare() throws(LinearAlgebraError) {
    if rows != columns { throw .notSquare(rows: rows, columns: columns) }
  }

  /// A column-major copy, after a check that all elements are finite and the number of rows is right.
  func checked(rows wanted: Int? = nil) throws(LinearAlgebraError) -> Matrix {
    if let wanted, wanted != rows { throw .shape(expectedRows: wanted, rows: rows) }
    if let position = Element.routines(of: .current).loops.firstNonFinite(block, false) {
      throw .nonFinite(row: position.row, column: position.column)
    }
    return copied()
  }
}
