// Part of Apus, Apache-2.0. See LICENSE.

/// The routines of a backend for one precision.
///
/// Matrices call them; users need not. Each routine is a closure compiled for its precision, so that code
/// that is generic over the precision runs specialised routines.
public final class MatrixRoutines<Element: BlockScalar>: Sendable {
  /// Computes C = alpha A B + beta C; only the lower triangle of a square C if the last argument is true.
  let product:
    @Sendable (Element, Block<Element>, Block<Element>, Element, Block<Element>, Bool) -> Void
  /// Solves T X = B in place of B.
  let solve: @Sendable (Triangle, Block<Element>, Block<Element>) -> Void
  /// Computes the lower Cholesky factor in place; returns 0, or the order of the first leading minor that is
  /// not positive.
  let cholesky: @Sendable (Block<Element>) -> Int
  /// Computes the LU factors in place, and the pivots; `failed` is 0 or the order of the first pivot that is
  /// 0.
  let lu: @Sendable (Block<Element>) -> (pivots: [Int], failed: Int)
  /// Computes the QR factors in place, and the scalar factors of the reflectors.
  let qr: @Sendable (Block<Element>) -> [Element]
  /// Replaces C by Q C or Qᵀ C.
  let applyQ: @Sendable (Block<Element>, [Element], Bool, Block<Element>) -> Void
  /// Computes the eigenvalues of a symmetric matrix, and its eigenvectors in place; `failed` counts those
  /// that did not converge.
  let symmetricEigen: @Sendable (Block<Element>) -> (values: [Element], failed: Int)
  /// (A, real, imaginary): computes the eigenvalues and eigenvectors of A, which is overwritten.
  let eigen:
    @Sendable (Block<Element>, Block<Element>, Block<Element>) -> (
      values: [(Element, Element)], failed: Int
    )
  /// (A, U, V): computes the singular values and vectors of A, which has no more columns than rows and is
  /// overwritten.
  let svd:
    @Sendable (Block<Element>, Block<Element>, Block<Element>) -> (values: [Element], failed: Int)

  /// Loops over all elements.
  let loops: BlockLoops<Element>

  init(
    loops: BlockLoops<Element>,
    product:
      @escaping @Sendable (
        Element, Block<Element>, Block<Element>, Element, Block<Element>, Bool
      ) -> Void,
    solve: @escaping @Sendable (Triangle, Block<Element>, Block<Element>) -> Void,
    cholesky: @escaping @Sendable (Block<Element>) -> Int,
    lu: @escaping @Sendable (Block<Element>) -> (pivots: [Int], failed: Int),
    qr: @escaping @Sendable (Block<Element>) -> [Element],
    applyQ: @escaping @Sendable (Block<Element>, [Element], Bool, Block<Element>) -> Void,
    symmetricEigen: @escaping @Sendable (Block<Element>) -> (values: [Element], failed: Int),
    eigen:
      @escaping @Sendable (Block<Element>, Block<Element>, Block<Element>) -> (
        values: [(Element, Element)], failed: Int
      ),
    svd:
      @escaping @Sendable (Block<Element>, Block<Element>, Block<Element>) -> (
        values: [Element], failed: Int
      )
  ) {
    self.loops = loops
    self.product = product
    self.solve = solve
    self.cholesky = cholesky
    self.lu = lu
    self.qr = qr
    self.applyQ = applyQ
    self.symmetricEigen = symmetricEigen
    self.eigen = eigen
    self.svd = svd
  }
}
