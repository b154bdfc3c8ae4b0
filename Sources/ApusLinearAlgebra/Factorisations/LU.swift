// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom

/// The factorisation P A = L U with partial pivoting.
public struct LU<Element: MatrixScalar>: Sendable {
  /// L below the diagonal (its diagonal of ones is not stored) and U on and above it.
  let factors: Matrix<Element>
  /// Row i was exchanged with row `pivots[i]` in step i.
  let pivots: [Int]
  /// The order of the first pivot that is 0, if one is.
  let zeroPivot: Int?

  /// Whether a pivot is exactly 0.
  public var isSingular: Bool { zeroPivot != nil }

  /// L: unit lower triangular, rows x min(rows, columns).
  public var lower: Matrix<Element> {
    Matrix(rows: factors.rows, columns: min(factors.rows, factors.columns)) {
      $0 == $1 ? 1 : $0 > $1 ? factors[$0, $1] : 0
    }
  }

  /// U: upper triangular, min(rows, columns) x columns.
  public var upper: Matrix<Element> {
    Matrix(rows: min(factors.rows, factors.columns), columns: factors.columns) {
      $0 <= $1 ? factors[$0, $1] : 0
    }
  }

  /// Row i of P A is row `permutation[i]` of A.
  public var permutation: [Int] {
    var order = Array(0..<factors.rows)
    for (step, pivot) in pivots.enumerated() { order.swapAt(step, pivot) }
    return order
  }

  /// The determinant of A, which must be square.
  public var determinant: Element {
    require(factors.isSquare, "A matrix of \(factors.shape) has no determinant.")
    let exchanges = pivots.enumerated().count { $0 != $1 }
    return factors.diagonal.reduce(exchanges % 2 == 0 ? 1 : -1) { $0 * $1 }
  }

  /// Solves A X = B for a square A.
  ///
  /// - Complexity: O(n² × columns of B).
  /// - Throws: ``LinearAlgebraError/singular(pivot:)``, ``LinearAlgebraError/notSquare(rows:columns:)``,
  ///   ``LinearAlgebraError/shape(expectedRows:rows:)``,
  ///   ``LinearAlgebraError/nonFinite(row:column:)``.
  public func solve(_ right: Matrix<Element>) throws(LinearAlgebraError) -> Matrix<Element> {
    try factors.requireSquare()
    if let zeroPivot { throw .singular(pivot: zeroPivot) }
    var x = try right.checked(rows: factors.rows)
    let routines = Element.routines(of: .current)
    x.withUniqueBlock { x in
      for (step, pivot) in pivots.enumerated() where step != pivot {
        for j in 0..<x.columns { (x[step, j], x[pivot, j]) = (x[pivot, j], x[step, j]) }
      }
      routines.solve(.unitLower, factors.block, x)
      routines.solve(.upper, factors.block, x)
    }
    return x
  }

  /// Solves A x = b for a square A.
  public func solve(_ right: [Element]) throws(LinearAlgebraError) -> [Element] {
    try solve(Matrix(column: right)).elements
  }

  /// A⁻¹.
  ///
  /// - Complexity: O(n³).
  public func inverse() throws(LinearAlgebraError) -> Matrix<Element> {
    try solve(.identity(factors.rows))
  }
}

extension Matrix {
  /// The LU factors with partial pivoting; a singular matrix has them too.
  ///
  /// - Complexity: O(rows × columns × min(rows, columns)).
  /// - Throws: ``LinearAlgebraError/nonFinite(row:column:)``.
  public func lu() throws(LinearAlgebraError) -> LU<Element> {
    var factors = try checked()
    let routines = Element.routines(of: .current)
    let (pivots, failed) = factors.withUniqueBlock { routines.lu($0) }
    return LU(
      factors: factors, pivots: pivots, zeroPivot: failed > 0 ? failed : nil)
  }

  /// Solves A X = B for a square A, by LU factors.
  ///
  /// - Complexity: O(n³).
  /// - Throws: ``LinearAlgebraError/singular(pivot:)`` and the other errors of `LU.solve`.
  /// - Compatibility: `numpy.linalg.solve`, within rounding.
  public func solve(_ right: Matrix) throws(LinearAlgebraError) -> Matrix {
    try requireSquare()
    return try lu().solve(right)
  }

  /// Solves A x = b for a square A.
  public func solve(_ right: [Element]) throws(LinearAlgebraError) -> [Element] {
    try requireSquare()
    return try lu().solve(right)
  }

  /// A⁻¹ of a square A.
  ///
  /// To solve equations, `solve` is faster and more accurate.
  ///
  /// - Complexity: O(n³).
  public func inverse() throws(LinearAlgebraError) -> Matrix {
    try requireSquare()
    return try lu().inverse()
  }

  /// The determinant of a square matrix: 0 if it is singular.
  ///
  /// - Complexity: O(n³).
  public func determinant() throws(LinearAlgebraError) -> Element {
    try requireSquare()
    return try lu().determinant
  }
}
