// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel

/// Solves triangular systems by halving, so that nearly all of the work is in products.
struct BlockedSolve<Element: BlockScalar>: Sendable {
  /// Computes C = C - A B.
  let subtractProduct:
    @Sendable (_ a: Block<Element>, _ b: Block<Element>, _ c: Block<Element>) -> Void
  /// Solves a system whose triangle is small.
  let small: @Sendable (Triangle, Block<Element>, Block<Element>) -> Void
  /// The order up to which `small` is used.
  var smallOrder = 64

  /// Solves T X = B in place of B with several threads.
  ///
  /// Each thread takes some columns of B at a time; if these are too few, the threads share each product
  /// instead.
  func solve(_ triangle: Triangle, _ t: Block<Element>, _ b: Block<Element>, threads: Int) {
    if threads == 1 { return ThreadLimit.with(atMost: 1) { solve(triangle, t, b) } }
    if b.columns < Self.narrowest * threads {
      return ThreadLimit.withThreadedParts { solve(triangle, t, b) }
    }
    let pieces = min(2 * threads, b.columns / Self.narrowest)
    let piece = b.columns.ceilingDivided(by: pieces).roundedUp(toMultipleOf: 8)
    (0..<b.columns.ceilingDivided(by: piece)).parallelForEach(workers: threads, chunk: 1) {
      let columns = $0 * piece..<min(b.columns, ($0 + 1) * piece)
      ThreadLimit.with(atMost: 1) { solve(triangle, t, b.part(0..<b.rows, columns)) }
    }
  }

  /// The least number of columns that is worth packing a triangle.
  private static var narrowest: Int { 48 }

  /// Solves T X = B in place of B, for a triangle of T.
  ///
  /// To solve X T = B, pass the transposed blocks.
  func solve(_ triangle: Triangle, _ t: Block<Element>, _ b: Block<Element>) {
    let n = t.rows
    if n == 0 || b.columns == 0 { return }
    if n <= smallOrder {
      small(triangle, t, b)
      return
    }
    let half = (n / 2).roundedUp(toMultipleOf: 16)
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
