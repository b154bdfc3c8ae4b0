// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import Testing

@testable import ApusLinearAlgebra

/// Tests results on both sides of every size at which the number of threads changes, and with forced numbers.
///
/// They are checked by products with a few vectors, such as A x against L (Lᵀ x), so that the check is cheap.
@Suite struct CrossoverSizeTests {
  typealias M = Matrix<Double>
  private static let limit = 30.0

  /// Orders around each threshold of the backend in use.
  ///
  /// Cholesky factors are tested at twice these orders, because the factorisation halves a matrix.
  private func orders(_ operation: ThreadPolicy.Operation) -> [Int] {
    let steps = BLAS.current.routines.policy.current.steps[operation] ?? []
    return steps.flatMap { step in
      let isSquare = operation == .matrixVector
      let order = Int((isSquare ? step.work.squareRoot() : cubeRoot(step.work)).rounded())
      return order > 600 ? [order] : [order - 1, order, order + 1]
    }
  }

  private func cubeRoot(_ value: Double) -> Double {
    var root = 1.0
    for _ in 0..<200 { root -= (root * root * root - value) / (3 * root * root) }
    return root
  }

  private func ratio(_ difference: M, _ scale: Double) -> Double {
    difference.norm(.maximum) / (scale * Double.ulpOfOne)
  }

  /// Runs `body` for each order with the automatic choice, and with exactly 1 and 2 threads.
  private func forEach(
    _ operation: ThreadPolicy.Operation, _ body: (Int) throws -> Double
  ) throws {
    for order in orders(operation) {
      for threads in [nil, 1, 2] {
        let value =
          try threads.map { count in
            try BLAS.withThreads(exactly: count) { try body(order) }
          } ?? body(order)
        #expect(value < Self.limit, "\(operation) of order \(order), threads \(threads ?? 0)")
      }
    }
  }

  private func probes(_ rows: Int) -> M { AwkwardMatrices.random(rows, 2, seed: 77) }

  /// An upper bound of |A x|, for scales.
  private func size(_ a: M, _ x: M) -> Double { a.norm(.infinity) * x.norm(.maximum) }

  @Test func products() throws {
    #expect(!orders(.product).isEmpty)
    try forEach(.product) { n in
      let a: M = AwkwardMatrices.random(n, n), b: M = AwkwardMatrices.random(n, n, seed: 2)
      let x = probes(n)
      return ratio((a * b) * x - a * (b * x), Double(n) * a.norm(.infinity) * size(b, x))
    }
    try forEach(.gram) { n in
      let a: M = AwkwardMatrices.random(n, n), x = probes(n)
      return ratio(
        a.gram() * x - a.transposed * (a * x), Double(n) * a.norm(.one) * size(a, x))
    }
    try forEach(.matrixVector) { n in
      let a = M(rows: n, columns: n) { Double(($0 * 31 + $1 * 17) % 13 - 6) }
      let x = (0..<n).map { Double($0 % 9 - 4) }
      let expected = BLAS.withBackend(.native) { BLAS.withThreads(1) { a * x } }
      return a * x == expected ? 0 : .infinity  // small integers are exact
    }
  }

  @Test func choleskyFactors() throws {
    for operation in [ThreadPolicy.Operation.product, .gram, .solve] {
      try forEach(operation) { n in
        let a = (AwkwardMatrices.random(2 * n, 2 * n) as M).gram() + .identity(2 * n)
        let l = try a.cholesky().lower, x = probes(2 * n)
        return ratio(a * x - l * (l.transposed * x), Double(2 * n) * size(a, x))
      }
    }
  }

  @Test func luAndQRFactors() throws {
    try forEach(.lu) { n in
      let a: M = AwkwardMatrices.random(n, n), b = probes(n)
      let x = try a.solve(b)
      return ratio(b - a * x, Double(n) * size(a, x))
    }
    for operation in [ThreadPolicy.Operation.qr, .applyQ] {
      try forEach(operation) { n in
        let a: M = AwkwardMatrices.random(n, n), x = probes(n)
        let qr = try a.qr()
        let q = qr.q
        let turned = ratio(q.transposed * (q * x) - x, Double(n) * x.norm(.maximum))
        return max(turned, ratio(a * x - q * (qr.r * x), Double(n) * size(a, x)))
      }
    }
  }

  @Test func eigenAndSingularValues() throws {
    try forEach(.symmetricEigen) { n in
      let a: M = AwkwardMatrices.symmetric(n), x = probes(n)
      let eigen = try a.symmetricEigen()
      let z = eigen.eigenvectors
      return ratio(
        a * (z * x) - z * (.diagonal(eigen.eigenvalues) * x), Double(n) * size(a, z * x))
    }
    try forEach(.svd) { n in
      let a: M = AwkwardMatrices.random(n, n), x = probes(n)
      let svd = try a.svd()
      let back = svd.u * (.diagonal(svd.singularValues) * (svd.v.transposed * x))
      return ratio(a * x - back, Double(n) * size(a, x))
    }
  }
}
