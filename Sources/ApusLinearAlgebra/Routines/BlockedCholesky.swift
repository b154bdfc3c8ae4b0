// Part of Apus, Apache-2.0. See LICENSE.

/// A recursive Cholesky factorisation built on given products and triangular solves.
///
/// It halves the matrix, so nearly all of the work is in products, which are faster than the factorisations
/// of libraries (OpenBLAS: about half of the peak at order 5000).
struct BlockedCholesky<Element: BlockScalar>: Sendable {
  let product:
    @Sendable (Element, Block<Element>, Block<Element>, Element, Block<Element>, Bool) -> Void
  let solve: @Sendable (Triangle, Block<Element>, Block<Element>) -> Void
  /// Factorises a small block; returns 0, or the order of the first leading minor that is not positive.
  let small: @Sendable (Block<Element>) -> Int
  /// The order up to which `small` is used.
  var smallOrder = 64

  /// Factorises a symmetric column-major block and overwrites its lower triangle; the upper one is neither
  /// read nor written.
  ///
  /// - Returns: 0, or the order of the first leading minor that is not positive.
  func factorise(_ a: Block<Element>) -> Int {
    let n = a.rows
    if n <= smallOrder { return n == 0 ? 0 : small(a) }
    let half = (n / 2).roundedUp(toMultipleOf: n > 512 ? 64 : 16)
    let (first, last) = (0..<half, half..<n)
    let failed = factorise(a.part(first, first))
    if failed > 0 { return failed }
    let below = a.part(last, first)
    solve(.lower, a.part(first, first), below.transposed)
    product(-1, below, below.transposed, 1, a.part(last, last), true)
    let later = factorise(a.part(last, last))
    return later > 0 ? later + half : 0
  }
}
