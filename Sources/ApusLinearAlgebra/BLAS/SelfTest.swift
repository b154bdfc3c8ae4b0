// Part of Apus, Apache-2.0. See LICENSE.

/// What a library must compute right before it is used.
enum SelfTest<Element: MatrixScalar> {
  static func run(_ blas: BLAS, path: String) throws(BLASError) {
    guard let library = blas.library else { return }
    let table = Element.self == Float.self ? library.floats : library.doubles
    let calls = FortranCalls<Element>(table: table, isWide: library.symbols.isWide)
    let wrong = BLAS.withBackend(blas) { firstWrong(calls) }
    if let operation = wrong { throw .failedSelfTest(path: path, operation: operation) }
  }

  /// The first operation that is wrong.
  private static func firstWrong(_ calls: FortranCalls<Element>) -> String? {
    let a = Matrix<Element>(rows: 5, columns: 5) { Element(($0 * 3 + $1 * 5) % 7 - 3) }
    let b = Matrix<Element>(rows: 5, columns: 5) { Element(($0 * 2 + $1 * 3) % 5 - 2) }
    for (left, right) in [
      (a, b), (a.transposed, b), (a, b.transposed), (a.transposed, b.transposed),
    ] {
      let expected = Matrix<Element>(rows: 5, columns: 5) { i, j in
        (0..<5).reduce(0) { $0 + left[i, $1] * right[$1, j] }
      }
      var product = Matrix<Element>.zeros(5, 5)
      withExtendedLifetime((left, right)) {
        product.withUniqueBlock { calls.gemm(1, left.block, right.block, 0, $0) }
      }
      if product != expected { return "product" }
    }
    // 40 is beyond the sizes that are computed without the library.
    let n = 40
    let positive = Matrix<Element>(rows: n, columns: n) { $0 == $1 ? 4 : abs($0 - $1) == 1 ? 1 : 0 }
    let right = Matrix<Element>(rows: n, columns: 3) { Element($0 + $1) }
    let expected = BLAS.withBackend(.native) { try? positive.cholesky().solve(right) }
    let solution = try? positive.cholesky().solve(right)
    guard let expected, let solution else { return "Cholesky factorisation" }
    let tolerance = Element.ulpOfOne * 1000 * Element(n)
    if !((solution - expected).norm(.maximum) <= tolerance) { return "Cholesky factorisation" }
    guard let general = try? positive.solve(right) else { return "LU factorisation" }
    return (general - expected).norm(.maximum) <= tolerance ? nil : "LU factorisation"
  }
}
