// Part of Apus, Apache-2.0. See LICENSE.

/// Which triangle of a matrix counts, and whether its diagonal is 1 whatever is stored there.
struct Triangle: Sendable {
  var isLower: Bool
  var isUnit = false

  static let lower = Triangle(isLower: true)
  static let unitLower = Triangle(isLower: true, isUnit: true)
  static let upper = Triangle(isLower: false)
}

extension Native {
  /// Orders up to which triangles are solved without blocks.
  private static var smallOrder: Int { 64 }

  /// Solves T X = B in place of B, for a triangle of T.
  ///
  /// X T = B is the same of the transposed blocks. Halves T, so that nearly all of the work is products.
  func solve(_ triangle: Triangle, _ t: Block<Element>, _ b: Block<Element>) {
    let n = t.rows
    if n == 0 || b.columns == 0 { return }
    if n <= Self.smallOrder {
      solveSmall(triangle, t, b)
      return
    }
    let half = (n / 2).rounded(upTo: 16)
    let (first, last) = (0..<half, half..<n)
    let columns = 0..<b.columns
    if triangle.isLower {
      solve(triangle, t.part(first, first), b.part(first, columns))
      product(-1, t.part(last, first), b.part(first, columns), 1, b.part(last, columns))
      solve(triangle, t.part(last, last), b.part(last, columns))
    } else {
      solve(triangle, t.part(last, last), b.part(last, columns))
      product(-1, t.part(first, last), b.part(last, columns), 1, b.part(first, columns))
      solve(triangle, t.part(first, first), b.part(first, columns))
    }
  }

  private func solveSmall(_ triangle: Triangle, _ t: Block<Element>, _ b: Block<Element>) {
    let n = t.rows
    if triangle.isLower && !triangle.isUnit && t.rowStride == 1 && b.columnStride == 1
      && b.columns > 1
    {
      kernels.solveRight(t, b.transposed)
      return
    }
    for step in 0..<n {
      let p = triangle.isLower ? step : n - 1 - step
      let rest = triangle.isLower ? p + 1..<n : 0..<p
      for j in 0..<b.columns {
        if !triangle.isUnit { b[p, j] /= t[p, p] }
        let factor = b[p, j]
        if factor == 0 { continue }
        for i in rest { b[i, j] -= factor * t[i, p] }
      }
    }
  }
}
