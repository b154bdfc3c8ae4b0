// Part of Apus, Apache-2.0. See LICENSE.

/// Solves triangular systems by halves, so that nearly all of the work is products.
struct BlockedSolve<Element: MatrixScalar>: Sendable {
  /// C = C - A B.
  let subtractProduct:
    @Sendable (_ a: Block<Element>, _ b: Block<Element>, _ c: Block<Element>) -> Void
  /// Solves a system whose triangle is small.
  let small: @Sendable (Triangle, Block<Element>, Block<Element>) -> Void
  /// Orders up to which `small` is used.
  var smallOrder = 64

  /// Solves T X = B in place of B, for a triangle of T.
  ///
  /// X T = B is the same of the transposed blocks.
  func solve(_ triangle: Triangle, _ t: Block<Element>, _ b: Block<Element>) {
    let n = t.rows
    if n == 0 || b.columns == 0 { return }
    if n <= smallOrder {
      small(triangle, t, b)
      return
    }
    let half = (n / 2).rounded(upTo: 16)
    let (first, last) = (0..<half, half..<n)
    let (top, bottom) = (b.part(first, 0..<b.columns), b.part(last, 0..<b.columns))
    if triangle.isLower {
      solve(triangle, t.part(first, first), top)
      subtractProduct(t.part(last, first), top, bottom)
      solve(triangle, t.part(last, last), bottom)
    } else {
      solve(triangle, t.part(last, last), bottom)
      subtractProduct(t.part(first, last), bottom, top)
      solve(triangle, t.part(first, first), top)
    }
  }
}
