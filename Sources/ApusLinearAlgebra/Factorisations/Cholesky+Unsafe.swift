// Part of Apus, Apache-2.0. See LICENSE.

/// A = L Lᵀ of a symmetric positive definite matrix.
///
/// ```swift
/// let factor = try covariance.cholesky()
/// let x = try factor.solve(b)
/// print(factor.logDeterminant)
/// ```
public struct Cholesky<Element: MatrixScalar>: Sendable {
  /// L, with zeros above its diagonal.
  public let lower: Matrix<Element>

  /// Solves A X = B.
  ///
  /// - Complexity: O(n² × columns of B).
  /// - Throws: ``LinearAlgebraError/shape(expectedRows:rows:)``,
  ///   ``LinearAlgebraError/nonFinite(row:column:)``.
  public func solve(_ right: Matrix<Element>) throws(LinearAlgebraError) -> Matrix<Element> {
    var x = try right.checked(rows: lower.rows)
    let routines = Element.routines(of: .current)
    x.withUniqueBlock { x in
      routines.solve(.lower, lower.block, x)
      routines.solve(.upper, lower.block.transposed, x)
    }
    return x
  }

  /// Solves A x = b.
  public func solve(_ right: [Element]) throws(LinearAlgebraError) -> [Element] {
    try solve(Matrix(column: right)).elements
  }

  /// A⁻¹, exactly symmetric.
  ///
  /// - Complexity: O(n³).
  public func inverse() throws(LinearAlgebraError) -> Matrix<Element> {
    var inverse = try solve(.identity(lower.rows))
    inverse.withUniqueBlock { Element.routines(of: .current).loops.mirrorLower($0) }
    return inverse
  }

  /// The determinant of A; it overflows for large matrices, `logDeterminant` does not.
  public var determinant: Element {
    lower.diagonal.reduce(1) { $0 * $1 } * lower.diagonal.reduce(1) { $0 * $1 }
  }
}

extension Cholesky where Element == Double {
  /// The logarithm of the determinant of A.
  public var logDeterminant: Double { 2 * lower.diagonal.reduce(0) { $0 + Logarithm.of($1) } }
}

extension Cholesky where Element == Float {
  /// The logarithm of the determinant of A.
  public var logDeterminant: Float {
    Float(2 * lower.diagonal.reduce(0.0) { $0 + Logarithm.of(Double($1)) })
  }
}

extension Matrix {
  /// The Cholesky factor of a symmetric positive definite matrix, whose lower triangle counts.
  ///
  /// It takes the place of a matrix that is not used afterwards, as in `x.gram().cholesky()`; one that is
  /// used again is copied first.
  ///
  /// - Complexity: O(n³ / 3).
  /// - Throws: ``LinearAlgebraError/notSquare(rows:columns:)``,
  ///   ``LinearAlgebraError/nonFinite(row:column:)``,
  ///   ``LinearAlgebraError/notPositiveDefinite(leadingMinor:)``.
  /// - Compatibility: `numpy.linalg.cholesky`, within rounding; that one returns NaN for NaN.
  @inlinable
  public consuming func cholesky() throws(LinearAlgebraError) -> Cholesky<Element> {
    try Element.cholesky(consume self)
  }

  @inline(__always)
  consuming func factorised() throws(LinearAlgebraError) -> Cholesky<Element> {
    try requireSquare()
    let routines = Element.routines(of: .current)
    if let place = routines.loops.firstNonFinite(block, true) {
      throw .nonFinite(row: place.row, column: place.column)
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
    return Cholesky(lower: lower)
  }

  func requireSquare() throws(LinearAlgebraError) {
    if rows != columns { throw .notSquare(rows: rows, columns: columns) }
  }

  /// A column-major copy, if all elements are finite and the rows are as many as wanted.
  func checked(rows wanted: Int? = nil) throws(LinearAlgebraError) -> Matrix {
    if let wanted, wanted != rows { throw .shape(expectedRows: wanted, rows: rows) }
    if let place = Element.routines(of: .current).loops.firstNonFinite(block, false) {
      throw .nonFinite(row: place.row, column: place.column)
    }
    return copied()
  }
}
