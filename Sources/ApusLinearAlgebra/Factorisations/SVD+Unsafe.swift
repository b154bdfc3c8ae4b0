// Part of Apus, Apache-2.0. See LICENSE.

/// A = U diag(s) Vᵀ: singular values and vectors, with k = min(rows, columns) of each.
public struct SVD<Element: MatrixScalar>: Sendable {
  /// U: rows x k, orthonormal columns.
  public let left: Matrix<Element>
  /// The singular values, descending.
  public let values: [Element]
  /// V: columns x k, orthonormal columns.
  public let right: Matrix<Element>
  /// What `values` are before they are multiplied by `scale`, a power of 2: near 1, so they cannot overflow.
  let scaledValues: [Element]
  let scale: Element

  /// How many singular values are above the largest times max(rows, columns) times the distance of 1 to the
  /// next number.
  public var rank: Int { scaledValues.count { $0 > threshold } }

  /// The ratio of the largest to the smallest singular value, infinite for a singular matrix.
  public var conditionNumber: Element {
    guard let largest = scaledValues.first, let smallest = scaledValues.last else { return 1 }
    return smallest == 0 ? .infinity : largest / smallest
  }

  private var threshold: Element {
    (scaledValues.first ?? 0) * Element(max(left.rows, right.rows)) * Element.ulpOfOne
  }

  /// X with the least |A X - B|, of several the one of least length.
  public func leastSquares(_ right: Matrix<Element>) throws(LinearAlgebraError) -> Matrix<Element> {
    let projected = left.transposed * (try right.checked(rows: left.rows))
    let limit = threshold
    let scaled = Matrix<Element>(rows: values.count, columns: right.columns) {
      scaledValues[$0] > limit ? projected[$0, $1] / scaledValues[$0] / scale : 0
    }
    return self.right * scaled
  }

  /// The Moore-Penrose inverse.
  public func pseudoInverse() throws(LinearAlgebraError) -> Matrix<Element> {
    try leastSquares(.identity(left.rows))
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
        left: flipped.right, values: flipped.values, right: flipped.left,
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
      left: left, values: values.map { $0 * scale }, right: right, scaledValues: values,
      scale: scale)
  }

  /// A copy whose largest element is near 1 if that of the matrix is so large or small that squares would
  /// overflow or vanish, and what it was divided by, a power of 2.
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
