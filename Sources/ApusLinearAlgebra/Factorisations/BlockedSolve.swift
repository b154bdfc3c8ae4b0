// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel

/// Solves triangular systems by halves, so that nearly all of the work is products.
struct BlockedSolve<Element: MatrixScalar>: Sendable {
  /// C = C - A B.
  let subtractProduct:
    @Sendable (_ a: Block<Element>, _ b: Block<Element>, _ c: Block<Element>) -> Void
  /// Solves a system whose triangle is small.
  let small: @Sendable (Triangle, Block<Element>, Block<Element>) -> Void
  /// Orders up to which `small` is used.
  var smallOrder = 64

  /// Solves T X = B in place of B with so many threads.
  ///
  /// Each takes some columns of B at a time; if they are too few for that, each product is shared.
  func solve(_ triangle: Triangle, _ t: Block<Element>, _ b: Block<Element>, threads: Int) {
    if threads == 1 { return BLAS.withThreads(1) { solve(triangle, t, b) } }
    if b.columns < Self.narrowest * threads {
      return BLAS.withThreadedParts { solve(triangle, t, b) }
    }
    let pieces = min(2 * threads, b.columns / Self.narrowest)
    let piece = b.columns.dividedUp(by: pieces).rounded(upTo: 8)
    (0..<b.columns.dividedUp(by: piece)).parallelForEach(workers: threads, chunk: 1) {
      let columns = $0 * piece..<min(b.columns, ($0 + 1) * piece)
      BLAS.withThreads(1) { solve(triangle, t, b.part(0..<b.rows, columns)) }
    }
  }

  /// Columns that are worth the packing of a triangle.
  private static var narrowest: Int { 48 }

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
