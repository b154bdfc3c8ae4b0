// Part of Apus, Apache-2.0. See LICENSE.

/// A = Z diag(values) Zᵀ of a symmetric matrix.
public struct SymmetricEigen<Element: MatrixScalar>: Sendable {
  /// The eigenvalues, ascending.
  public let values: [Element]
  /// Z: column j is the eigenvector of `values[j]`, of length 1; all are orthogonal.
  public let vectors: Matrix<Element>
}

extension Matrix {
  /// The eigenvalues and eigenvectors of a symmetric matrix, whose lower triangle counts.
  ///
  /// - Complexity: O(n³).
  /// - Throws: ``LinearAlgebraError/notSquare(rows:columns:)``,
  ///   ``LinearAlgebraError/nonFinite(row:column:)``, ``LinearAlgebraError/noConvergence(count:)``.
  /// - Compatibility: `numpy.linalg.eigh`, up to the signs of vectors.
  public func eigenSymmetric() throws(LinearAlgebraError) -> SymmetricEigen<Element> {
    try requireSquare()
    var symmetric = copied()
    symmetric.withUniqueBlock { Element.routines(of: .current).loops.mirrorLower($0) }
    let (copy, scale) = try symmetric.scaledCopy()
    var vectors = copy
    let routines = Element.routines(of: .current)
    let (values, failed) = vectors.withUniqueBlock { routines.symmetricEigen($0) }
    if failed > 0 { throw .noConvergence(count: failed) }
    return SymmetricEigen(values: values.map { $0 * scale }, vectors: vectors)
  }
}
