// Part of Apus, Apache-2.0. See LICENSE.

/// Eigenvalues and eigenvectors of a square matrix, which may be complex.
public struct Eigen<Element: MatrixScalar>: Sendable {
  /// The real and imaginary parts of the eigenvalues; of a complex pair the one with positive imaginary part
  /// comes first.
  public let values: [(real: Element, imaginary: Element)]
  /// The real parts of the eigenvectors, one a column, each of length 1.
  public let realVectors: Matrix<Element>
  /// Their imaginary parts.
  public let imaginaryVectors: Matrix<Element>

  /// Whether all eigenvalues are real.
  public var isReal: Bool { values.allSatisfy { $0.imaginary == 0 } }
}

extension Matrix {
  /// The eigenvalues and right eigenvectors of a square matrix.
  ///
  /// For a symmetric one ``eigenSymmetric()`` is faster and gives real, orthogonal vectors.
  ///
  /// - Complexity: O(n³).
  /// - Throws: ``LinearAlgebraError/notSquare(rows:columns:)``,
  ///   ``LinearAlgebraError/nonFinite(row:column:)``, ``LinearAlgebraError/noConvergence(count:)``.
  /// - Compatibility: `numpy.linalg.eig`, up to order and factors of length 1.
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
      values: values.map { ($0.0 * scale, $0.1 * scale) }, realVectors: real,
      imaginaryVectors: imaginary)
  }
}
