// Part of Apus, Apache-2.0. See LICENSE.

/// Eigenvalues and eigenvectors of a square matrix, which may be complex.
public struct Eigen<Element: MatrixScalar>: Sendable {
  /// The real and imaginary parts of the eigenvalues; of a complex pair the one with positive imaginary part
  /// comes first.
  public let eigenvalues: [(real: Element, imaginary: Element)]
  /// The real parts of the eigenvectors, one per column, each eigenvector of length 1.
  public let realEigenvectors: Matrix<Element>
  /// Their imaginary parts.
  public let imaginaryEigenvectors: Matrix<Element>

  /// Whether all eigenvalues are real.
  public var isReal: Bool { eigenvalues.allSatisfy { $0.imaginary == 0 } }
}

extension Matrix {
  /// The eigenvalues and right eigenvectors of a square matrix.
  ///
  /// For a symmetric one ``symmetricEigen()`` is faster and gives real, orthogonal vectors.
  ///
  /// - Complexity: O(n³).
  /// - Throws: ``LinearAlgebraError/notSquare(rows:columns:)``,
  ///   ``LinearAlgebraError/nonFinite(row:column:)``, ``LinearAlgebraError/noConvergence(count:)``.
  /// - Compatibility: `numpy.linalg.eig`, up to the order, and factors of magnitude 1 in the eigenvectors.
  public func eigen() throws(LinearAlgebraError) -> Eigen<Element> {
    try requireSquare()
    let (copy, scale) = try scaledCopy()
    var work = copy
    var real = Matrix(uninitialisedRows: rows, columns: rows)
    var imaginary = Matrix.zeros(rows, rows)
    let routines = Element.routines(of: .current)
    let (values, failed) = work.withUniqueBlock { work in
      real.withUniqueBlock { real in
        imaginary.withUniqueBlock { routines.eigen(work, real, $0) }
      }
    }
    if failed > 0 { throw .noConvergence(count: failed) }
    return Eigen(
      eigenvalues: values.map { ($0.0 * scale, $0.1 * scale) }, realEigenvectors: real,
      imaginaryEigenvectors: imaginary)
  }
}
