// Part of Apus, Apache-2.0. See LICENSE.

/// The eigendecomposition A = Z diag(eigenvalues) Zᵀ of a symmetric matrix.
public struct SymmetricEigen<Element: MatrixScalar>: Sendable {
  /// The eigenvalues, ascending.
  public let eigenvalues: [Element]
  /// Z: column j is the eigenvector of `eigenvalues[j]`, of length 1; all are orthogonal.
  public let eigenvectors: Matrix<Element>
}

extension Matrix {
  /// The eigenvalues and eigenvectors of a symmetric matrix, of which only the lower triangle is read.
  ///
  /// - Complexity: O(n³).
  /// - Throws: ``LinearAlgebraError/notSquare(rows:columns:)``,
  ///   ``LinearAlgebraError/nonFinite(row:column:)``, ``LinearAlgebraError/noConvergence(count:)``.
  /// - Compatibility: `numpy.linalg.eigh`, up to the signs of vectors.
  public func symmetricEigen() throws(LinearAlgebraError) -> SymmetricEigen<Element> {
    try requireSquare()
    var symmetric = copied()
    symmetric.withUniqueBlock { Element.routines(of: .current).loops.mirrorLower($0) }
    let (copy, scale) = try symmetric.scaledCopy()
    var vectors = copy
    let routines = Element.routines(of: .current)
    let (values, failed) = vectors.withUniqueBlock { routines.symmetricEigen($0) }
    if failed > 0 { throw .noConvergence(count: failed) }
    return SymmetricEigen(eigenvalues: values.map { $0 * scale }, eigenvectors: vectors)
  }
}
