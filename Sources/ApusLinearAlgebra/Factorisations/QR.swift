// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom

/// The factorisation A = Q R with orthonormal columns of Q and upper triangular R.
public struct QR<Element: MatrixScalar>: Sendable {
  /// R on and above the diagonal, the reflectors that form Q below it.
  let factors: Matrix<Element>
  let tau: [Element]

  /// The number of columns of Q and rows of R.
  var order: Int { min(factors.rows, factors.columns) }

  /// R: min(rows, columns) x columns.
  public var r: Matrix<Element> {
    Matrix(rows: order, columns: factors.columns) { $0 <= $1 ? factors[$0, $1] : 0 }
  }

  /// Q: rows x min(rows, columns).
  ///
  /// - Complexity: O(rows × columns × min(rows, columns)).
  public var q: Matrix<Element> {
    var q = Matrix<Element>(rows: factors.rows, columns: order) { $0 == $1 ? 1 : 0 }
    let routines = Element.routines(of: .current)
    q.withUniqueBlock { routines.applyQ(factors.block, tau, false, $0) }
    return q
  }

  /// The X that minimises |A X - B|, for an A of full column rank, with at least as many rows as columns.
  ///
  /// - Complexity: O(rows × columns × columns of B).
  /// - Throws: ``LinearAlgebraError/singular(pivot:)`` if a diagonal element of R is 0, or within rounding
  ///   error of 0 relative to the largest; ``LinearAlgebraError/shape(expectedRows:rows:)``.
  public func leastSquares(_ right: Matrix<Element>) throws(LinearAlgebraError) -> Matrix<Element> {
    let (m, n) = (factors.rows, factors.columns)
    require(
      m >= n, "Least squares by QR needs at least as many rows as columns, not \(factors.shape).")
    let diagonal = factors.diagonal.map(\.magnitude)
    let negligible = (diagonal.max() ?? 0) * Element.ulpOfOne * Element(m)
    if let k = diagonal.firstIndex(where: { $0 <= negligible }) { throw .singular(pivot: k + 1) }
    var x = try right.checked(rows: m)
    let routines = Element.routines(of: .current)
    x.withUniqueBlock { x in
      routines.applyQ(factors.block, tau, true, x)
      routines.solve(
        .upper, factors.block.part(0..<n, 0..<n), x.part(0..<n, 0..<x.columns))
    }
    return x[rows: 0..<n].compacted()
  }
}

extension Matrix {
  /// The QR factors.
  ///
  /// - Complexity: O(rows × columns × min(rows, columns)).
  /// - Throws: ``LinearAlgebraError/nonFinite(row:column:)``.
  /// - Compatibility: `numpy.linalg.qr(mode="reduced")`, up to the signs of columns.
  public func qr() throws(LinearAlgebraError) -> QR<Element> {
    let (copy, scale) = try scaledCopy()
    var factors = copy
    let routines = Element.routines(of: .current)
    let tau = factors.withUniqueBlock { block in
      let tau = routines.qr(block)
      if scale != 1 {
        // The reflectors are the same for any multiple of a matrix.
        for j in 0..<block.columns { for i in 0...min(j, block.rows - 1) { block[i, j] *= scale } }
      }
      return tau
    }
    return QR(factors: factors, tau: tau)
  }

  /// The X that minimises |A X - B|; of several, the one of least norm.
  ///
  /// Uses QR factors if the columns are independent, otherwise singular values, of which those up to the
  /// largest times max(rows, columns) times the machine epsilon (`ulpOfOne`) count as 0.
  ///
  /// - Complexity: O(rows × columns × min(rows, columns)).
  /// - Throws: ``LinearAlgebraError/nonFinite(row:column:)``,
  ///   ``LinearAlgebraError/shape(expectedRows:rows:)``,
  ///   ``LinearAlgebraError/noConvergence(count:)``.
  /// - Compatibility: `numpy.linalg.lstsq(a, b, rcond=None)`, within rounding.
  public func leastSquares(_ right: Matrix) throws(LinearAlgebraError) -> Matrix {
    if right.rows != rows { throw .shape(expectedRows: rows, rows: right.rows) }
    let (left, scale) = try scaledCopy()
    let (target, targetScale) = try right.scaledCopy()
    let solution = try left.scaledLeastSquares(target)
    if scale == 1 && targetScale == 1 { return solution }
    let exponent = targetScale.exponent - scale.exponent
    return solution.map { Element(sign: .plus, exponent: exponent, significand: $0) }
  }

  /// Least squares of numbers whose squares neither overflow nor underflow.
  private func scaledLeastSquares(_ right: Matrix) throws(LinearAlgebraError) -> Matrix {
    if rows >= columns && columns > 0 {
      let factors = try qr()
      // The estimate is in the 1-norm, so singular values decide wherever the rank is in doubt.
      let doubt = 10 * Element(columns) * Element(rows) * Element.ulpOfOne
      if factors.reciprocalCondition > doubt {
        do throws(LinearAlgebraError) {
          return try factors.leastSquares(right)
        } catch {
          if error.code != .singular { throw error }
        }
      }
    }
    return try svd().leastSquares(right)
  }

  /// The x that minimises |A x - b|.
  public func leastSquares(_ right: [Element]) throws(LinearAlgebraError) -> [Element] {
    try leastSquares(Matrix(column: right)).elements
  }
}
