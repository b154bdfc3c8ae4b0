// Part of Apus, Apache-2.0. See LICENSE.

/// The singular value decomposition A = U diag(s) Vᵀ, with k = min(rows, columns) values and vectors.
public struct SVD<Element: MatrixScalar>: Sendable {
  /// U: rows x k, orthonormal columns.
  public let u: Matrix<Element>
  /// The singular values, descending.
  public let singularValues: [Element]
  /// V: columns x k, orthonormal columns.
  public let v: Matrix<Element>
  /// The singular values before multiplication by `scale`, a power of 2: near 1, so that they cannot
  /// overflow.
  let scaledValues: [Element]
  let scale: Element

  /// The number of singular values above the largest times max(rows, columns) times the machine epsilon
  /// (`ulpOfOne`).
  public var rank: Int { scaledValues.count { $0 > threshold } }

  /// The ratio of the largest to the smallest singular value, infinite for a singular matrix.
  public var conditionNumber: Element {
    guard let largest = scaledValues.first, let smallest = scaledValues.last else { return 1 }
    return smallest == 0 ? .infinity : largest / smallest
  }

  private var threshold: Element {
    (scaledValues.first ?? 0) * Element(max(u.rows, v.rows)) * Element.ulpOfOne
  }

  /// The X that minimises |A X - B|; of several, the one of least norm.
  public func leastSquares(_ right: Matrix<Element>) throws(LinearAlgebraError) -> Matrix<Element> {
    let projected = u.transposed * (try right.checked(rows: u.rows))
    let limit = threshold
    let scaled = Matrix<Element>(rows: singularValues.count, columns: right.columns) {
      scaledValues[$0] > limit ? projected[$0, $1] / scaledValues[$0] / scale : 0
    }
    return v * scaled
  }

  /// The Moore-Penrose inverse.
  public func pseudoInverse() throws(LinearAlgebraError) -> Matrix<Element> {
    try leastSquares(.identity(u.rows))
  }
}

extension Matrix {
  /// The singular value decomposition.
  ///
  /// - Complexity: O(rows × columns × min(rows, columns)).
  /// - Throws: ``LinearAlgebraError/nonFinite(row:column:)``,
  ///   ``LinearAlgebraError/noConvergence(count:)``.
  /// - Compatibility: `numpy.linalg.svd(full_matrices=False)`, up to the signs of vectors.
  public func svd() throws(LinearAlgebraError) -> SVD<Element> {
    if rows < columns {
      let flipped = try transposed.svd()
      return SVD(
        u: flipped.v, singularValues: flipped.singularValues, v: flipped.u,
        scaledValues: flipped.scaledValues, scale: flipped.scale)
    }
    let (copy, scale) = try scaledCopy()
    var work = copy
    var left = Matrix(uninitialisedRows: rows, columns: columns)
    var right = Matrix(uninitialisedRows: columns, columns: columns)
    let routines = Element.routines(of: .current)
    let (values, failed) = work.withUniqueBlock { work in
      left.withUniqueBlock { left in
        right.withUniqueBlock { routines.svd(work, left, $0) }
      }
    }
    if failed > 0 { throw .noConvergence(count: failed) }
    return SVD(
      u: left, singularValues: values.map { $0 * scale }, v: right, scaledValues: values,
      scale: scale)
  }

  /// A copy that is safe to square, and the power of 2 by which it was divided.
  ///
  /// If the largest element is so large or small that squares would overflow or underflow, it is near 1 in
  /// the copy; otherwise the divisor is 1.
  func scaledCopy() throws(LinearAlgebraError) -> (Matrix, scale: Element) {
    var copy = try checked()
    let largest = Element.routines(of: .current).loops.largest(block)
    let exponent = largest == 0 ? 0 : Int(largest.exponent)
    if exponent.magnitude < Int(Element.greatestFiniteMagnitude.exponent) / 4 { return (copy, 1) }
    let scale = Element(sign: .plus, exponent: Element.Exponent(exponent), significand: 1)
    copy.withUniqueBlock { block in
      for j in 0..<block.columns { for i in 0..<block.rows { block[i, j] /= scale } }
    }
    return (copy, scale)
  }
}
