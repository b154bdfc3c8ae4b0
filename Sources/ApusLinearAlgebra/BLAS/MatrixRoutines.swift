// Part of Apus, Apache-2.0. See LICENSE.

/// What a backend does for one precision.
///
/// Matrices call it; there is nothing here for users. Each routine is a closure that was made for its
/// precision, so code that is generic over the precision runs compiled for it.
public final class MatrixRoutines<Element: MatrixScalar>: Sendable {
  /// C = alpha A B + beta C; of a square C only the lower triangle if the last argument says so.
  let product:
    @Sendable (Element, Block<Element>, Block<Element>, Element, Block<Element>, Bool) -> Void
  /// T X = B in place of B.
  let solve: @Sendable (Triangle, Block<Element>, Block<Element>) -> Void
  /// The lower factor in place; 0 or the order of the first minor that is not positive.
  let cholesky: @Sendable (Block<Element>) -> Int
  /// Factors in place and pivots; 0 or the order of the first pivot that is 0.
  let lu: @Sendable (Block<Element>) -> (pivots: [Int], failed: Int)
  /// Factors in place and the reflectors' factors.
  let qr: @Sendable (Block<Element>) -> [Element]
  /// C becomes Q C, or Qᵀ C.
  let applyQ: @Sendable (Block<Element>, [Element], Bool, Block<Element>) -> Void
  /// Eigenvectors in place of the matrix, and values; or how many did not converge.
  let symmetricEigen: @Sendable (Block<Element>) -> (values: [Element], failed: Int)
  /// (A, real, imaginary): eigenvectors of A, which is destroyed, and values.
  let eigen:
    @Sendable (Block<Element>, Block<Element>, Block<Element>) -> (
      values: [(Element, Element)], failed: Int
    )
  /// (A, U, V): singular vectors of A, which has no more columns than rows and is destroyed, and values.
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
