// Part of Apus, Apache-2.0. See LICENSE.

/// The Cholesky factorisation A = L Lᵀ of a symmetric positive definite matrix.
///
/// ```swift
/// let factor = try covariance.cholesky()
/// let x = try factor.solve(b)
/// print(factor.logDeterminant)
/// ```
public struct Cholesky<Element: MatrixScalar>: Sendable {
  /// L, with zeros above its diagonal.
  public let lower: Matrix<Element>

  @usableFromInline
  init(lower: Matrix<Element>) { self.lower = lower }

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

  /// The determinant of A; it may overflow for large matrices, unlike `logDeterminant`.
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
  /// The Cholesky factor of a symmetric positive definite matrix, of which only the lower triangle is read.
  ///
  /// The factor overwrites a matrix that is not used afterwards, as in `x.gram().cholesky()`; one that is
  /// used again is copied first.
  ///
  /// - Complexity: O(n³ / 3).
  /// - Throws: ``LinearAlgebraError/notSquare(rows:columns:)``,
  ///   ``LinearAlgebraError/nonFinite(row:column:)``,
  ///   ``LinearAlgebraError/notPositiveDefinite(leadingMinor:)``.
  /// - Compatibility: `numpy.linalg.cholesky`, within rounding, but NumPy returns NaN for NaN.
  @inlinable
  public consuming func cholesky() throws(LinearAlgebraError) -> Cholesky<Element> {
    Cholesky(lower: try Element.choleskyFactor(consume self))
  }
}
