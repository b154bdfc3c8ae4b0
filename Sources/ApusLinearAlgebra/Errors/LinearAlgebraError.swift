// Part of Apus, Apache-2.0. See LICENSE.

/// Why a matrix has no answer to what was asked, and where.
///
/// Rows and columns are counted from 0, as in subscripts; minors and pivots by their order, from 1, as in
/// LAPACK.
public enum LinearAlgebraError: Error, Sendable, Hashable {
  /// A Cholesky factorisation met a leading minor, of this order, that is not positive.
  case notPositiveDefinite(leadingMinor: Int)
  /// The matrix is exactly singular: this pivot of its factorisation is 0.
  case singular(pivot: Int)
  /// The element is not a number or infinite.
  case nonFinite(row: Int, column: Int)
  /// So many eigenvalues or singular values were not found.
  case noConvergence(count: Int)
  /// A square matrix was needed.
  case notSquare(rows: Int, columns: Int)
  /// Two operands do not fit together: what was expected, and what came.
  case shape(expectedRows: Int, rows: Int)
}

extension LinearAlgebraError: CustomStringConvertible {
  /// What was wrong and what to do.
  public var description: String {
    switch self {
    case .notPositiveDefinite(let minor):
      "The matrix is not positive definite: its leading minor of order \(minor) is not positive. "
        + "A covariance of fewer rows than columns needs a ridge, or use eigenSymmetric()."
    case .singular(let pivot):
      "The matrix is singular: pivot \(pivot) is 0. leastSquares(_:) or svd() can go on."
    case .nonFinite(let row, let column):
      "The element in row \(row), column \(column) (from 0) is not a finite number."
    case .noConvergence(let count):
      "\(count) eigenvalues or singular values did not converge."
    case .notSquare(let rows, let columns):
      "A square matrix is needed, not one of \(rows) x \(columns)."
    case .shape(let expected, let rows):
      "The right side has \(rows) rows instead of \(expected)."
    }
  }
}
