// Part of Apus, Apache-2.0. See LICENSE.

/// An error of a linear algebra operation, with the row, column or order at which it occurred.
///
/// ```swift
/// do {
///   print(try covariance.cholesky().logDeterminant)
/// } catch let error where error.code == .notPositiveDefinite {
///   print(error.message)
/// }
/// ```
public struct LinearAlgebraError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kind of error; more may be added.
  public struct Code: Sendable, Hashable {
    private enum Kind: Sendable, Hashable {
      case notPositiveDefinite, singular, nonFinite, noConvergence, notSquare, shape
    }
    private let kind: Kind

    /// The matrix is not positive definite.
    public static let notPositiveDefinite = Code(kind: .notPositiveDefinite)
    /// The matrix is singular.
    public static let singular = Code(kind: .singular)
    /// An element is NaN or infinite.
    public static let nonFinite = Code(kind: .nonFinite)
    /// The iteration did not converge.
    public static let noConvergence = Code(kind: .noConvergence)
    /// The operation needs a square matrix.
    public static let notSquare = Code(kind: .notSquare)
    /// The right-hand side does not have the expected number of rows.
    public static let shape = Code(kind: .shape)
  }

  /// The kind of error.
  public let code: Code
  /// The problem, where it occurred and, where there is one, a remedy.
  public let message: String
  /// The pivot that is 0, or the order of the leading minor that is not positive, counted from 1 as in LAPACK.
  public private(set) var pivot: Int?
  /// The element that is not finite, its row and column counted from 0.
  public var position: (row: Int, column: Int)? {
    row.flatMap { row in column.map { (row, $0) } }
  }
  private var row: Int?
  private var column: Int?

  private init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The message.
  public var description: String { message }
}

extension LinearAlgebraError {
  /// The matrix is not positive definite: its leading minor of this order is not positive.
  public static func notPositiveDefinite(leadingMinor: Int) -> LinearAlgebraError {
    var error = LinearAlgebraError(
      .notPositiveDefinite,
      "The matrix is not positive definite: its leading minor of order \(leadingMinor) is not positive. "
        + "A covariance from fewer rows than columns needs a ridge; or use symmetricEigen().")
    error.pivot = leadingMinor
    return error
  }

  /// The matrix is exactly singular: this pivot of its factorisation is 0.
  public static func singular(pivot: Int) -> LinearAlgebraError {
    var error = LinearAlgebraError(
      .singular,
      "The matrix is singular: pivot \(pivot) is 0. Use leastSquares(_:) or svd() instead.")
    error.pivot = pivot
    return error
  }

  /// The element is NaN or infinite.
  public static func nonFinite(row: Int, column: Int) -> LinearAlgebraError {
    var error = LinearAlgebraError(
      .nonFinite,
      "The element in row \(row), column \(column) (counted from 0) is not a finite number.")
    (error.row, error.column) = (row, column)
    return error
  }

  /// The iteration did not converge for `count` eigenvalues or singular values.
  public static func noConvergence(count: Int) -> LinearAlgebraError {
    LinearAlgebraError(
      .noConvergence, "\(count) eigenvalues or singular values did not converge.")
  }

  /// The operation needs a square matrix.
  public static func notSquare(rows: Int, columns: Int) -> LinearAlgebraError {
    LinearAlgebraError(.notSquare, "The matrix must be square, not \(rows) x \(columns).")
  }

  /// The right-hand side does not have the expected number of rows.
  public static func shape(expectedRows: Int, rows: Int) -> LinearAlgebraError {
    LinearAlgebraError(
      .shape, "The right-hand side has \(rows) rows instead of \(expectedRows).")
  }
}
