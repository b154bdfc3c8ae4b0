// Part of Apus, Apache-2.0. See LICENSE.

/// Tests that a library computes correct results before it is used.
struct SelfTest<Element: BlockScalar> {
  let calls: FortranCalls<Element>
  let routines: MatrixRoutines<Element>
  let native: MatrixRoutines<Element>

  /// The first operation whose result is wrong, or nil.
  ///
  /// Each block is used by a call before it is read, and lives until this returns.
  func firstWrong() -> String? {
    if !isProductRight() { return "product" }
    // 40 is beyond the sizes that are computed without the library.
    let n = 40
    let tolerance = Element.ulpOfOne * 1000 * Element(n)
    let positive = OwnedBlock<Element>(n, n) { $0 == $1 ? 4 : abs($0 - $1) == 1 ? 1 : 0 }
    let right = OwnedBlock<Element>(n, 3) { row, column in Element(row + column) }
    guard let expected = solve(positive, right, native),
      let solution = solve(positive, right, routines),
      solution.distance(to: expected) <= tolerance
    else { return "Cholesky factorisation" }
    let general = solveByLU(positive, right)
    return general.map { $0.distance(to: expected) <= tolerance } ?? false
      ? nil : "LU factorisation"
  }

  private func isProductRight() -> Bool {
    let a = OwnedBlock<Element>(5, 5) { Element(($0 * 3 + $1 * 5) % 7 - 3) }
    let b = OwnedBlock<Element>(5, 5) { Element(($0 * 2 + $1 * 3) % 5 - 2) }
    return withExtendedLifetime((a, b)) {
      let (a, b) = (a.block, b.block)
      let pairs = [
        (a, b), (a.transposed, b), (a, b.transposed), (a.transposed, b.transposed),
      ]
      return pairs.allSatisfy { left, right in
        let expected = OwnedBlock<Element>(5, 5) { i, j in
          (0..<5).reduce(0) { $0 + left[i, $1] * right[$1, j] }
        }
        let product = OwnedBlock<Element>(5, 5) { _, _ in 0 }
        calls.gemm(1, left, right, 0, product.block)
        return product.distance(to: expected) == 0
      }
    }
  }

  /// The solution of A X = B by a Cholesky factorisation, or nil if that fails.
  private func solve(
    _ a: OwnedBlock<Element>, _ b: OwnedBlock<Element>, _ routines: MatrixRoutines<Element>
  ) -> OwnedBlock<Element>? {
    let (factor, x) = (OwnedBlock(a), OwnedBlock(b))
    return withExtendedLifetime(factor) {
      guard routines.cholesky(factor.block) == 0 else { return nil }
      routines.solve(.lower, factor.block, x.block)
      routines.solve(.upper, factor.block.transposed, x.block)
      return x
    }
  }

  /// The solution of A X = B by an LU factorisation, or nil if that fails.
  private func solveByLU(
    _ a: OwnedBlock<Element>, _ b: OwnedBlock<Element>
  ) -> OwnedBlock<Element>? {
    let (factors, x) = (OwnedBlock(a), OwnedBlock(b))
    return withExtendedLifetime(factors) {
      let (pivots, failed) = routines.lu(factors.block)
      guard failed == 0 else { return nil }
      for (row, pivot) in pivots.enumerated() where pivot != row {
        for column in 0..<x.block.columns {
          let held = x.block[row, column]
          x.block[row, column] = x.block[pivot, column]
          x.block[pivot, column] = held
        }
      }
      routines.solve(.unitLower, factors.block, x.block)
      routines.solve(.upper, factors.block, x.block)
      return x
    }
  }
}
