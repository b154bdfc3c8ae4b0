// Part of Apus, Apache-2.0. See LICENSE.

extension Native {
  /// Solves T X = B in place of B, for a triangle of T.
  func solve(_ triangle: Triangle, _ t: Block<Element>, _ b: Block<Element>) {
    BlockedSolve<Element>(
      subtractProduct: { product(-1, $0, $1, 1, $2) }, small: { solveSmall($0, $1, $2) }
    ).solve(triangle, t, b)
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
