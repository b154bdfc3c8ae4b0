// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusRandom
import Testing

@testable import ApusLinearAlgebra

struct NativeReductionTests {
  private static func results(_ a: Matrix<Double>) throws -> [[Double]] {
    try BLAS.withBackend(.native) {
      let symmetric = try (a + a.transposed).symmetricEigen()
      let svd = try a.svd()
      let eigen = try a.eigen()
      let qr = try a.qr()
      return [
        symmetric.eigenvalues, symmetric.eigenvectors.elements, svd.singularValues, svd.u.elements,
        svd.v.elements, eigen.eigenvalues.flatMap { [$0.real, $0.imaginary] },
        eigen.realEigenvectors.elements, qr.q.elements,
      ]
    }
  }

  @Test
  func factorisationsHaveTheSameBitsForAnyNumberOfThreads() throws {
    let a: Matrix<Double> = AwkwardMatrices.random(300, 300)
    let expected = try BLAS.withThreads(1) { try Self.results(a) }
    for threads in [2, 3, 8] {
      let found = try BLAS.withThreads(exactly: threads) { try Self.results(a) }
      #expect(found == expected)
    }
  }

  @Test(arguments: [1, 7, 8, 9, 31, 32, 33, 64, 75])
  func batchesOfRotationsEqualRotationsOneByOne(rows: Int) {
    let columns = 12
    let start: Matrix<Double> = AwkwardMatrices.random(rows, columns)
    var expected = start, found = start
    var batch = RotationBatch<Double>(columns: columns)
    // Ranges that repeat are applied in pairs; others one by one.
    let sweeps = [
      (0..<11, false), (0..<11, false), (2..<5, true), (2..<5, true), (2..<5, true), (3..<4, false),
      (0..<11, true), (1..<11, true), (4..<4, false), (10..<11, false), (10..<11, false),
    ]
    for (number, (range, isBackward)) in sweeps.enumerated() {
      if isBackward {
        batch.begin(last: range.upperBound)
      } else {
        batch.begin(first: range.lowerBound)
      }
      for i in isBackward ? Array(range.reversed()) : Array(range) {
        let rotation = Rotation(Double(i + 1), Double(number) - 3.5)
        batch.append(cosine: rotation.cosine, sine: rotation.sine)
        for row in 0..<rows {
          (expected[row, i], expected[row, i + 1]) = rotation.applied(
            expected[row, i], expected[row, i + 1])
        }
      }
    }
    found.withUniqueBlock { batch.apply(to: $0, .doubles) }
    #expect((found - expected).norm(.maximum) < 1e-14)
  }

  @Test
  func pairsOfSingularValuesAreAccurateAndTheirRotationsLeadToThem() {
    let values: [Double] = [0, 1, -1, 3, -0.5, 1e-8, -1e-160, 1e160, 1e-300]
    for f in values {
      for g in values {
        for h in values {
          let pair = PairOfSingularValues(f, g, h)
          let (c, s) = pair.left, (d, t) = pair.right
          // Rows by the left rotation, then columns by the right one.
          let first = Rotation<Double>.turn(c, s, (f, g), (0, h))
          let (left, right) = (first.0, first.1)
          let largest = max(abs(f), abs(g), abs(h))
          if largest == 0 { continue }
          #expect(abs(left.0 * d + left.1 * t - pair.larger) <= 1e-14 * largest)
          #expect(abs(left.1 * d - left.0 * t) <= 1e-14 * largest)
          #expect(abs(right.0 * d + right.1 * t) <= 1e-14 * largest)
          #expect(abs(right.1 * d - right.0 * t - pair.smallerSigned) <= 1e-14 * largest)
          #expect(abs(c * c + s * s - 1) < 1e-14 && abs(d * d + t * t - 1) < 1e-14)
        }
      }
    }
  }

  @Test
  func smallSingularValuesOfGradedTrianglesKeepTheirDigits() {
    var triangle = Bidiagonal<Double>(order: 3)
    triangle.diagonal = [1, 1e-8, 1e-16]
    triangle.above = [1e-4, 1e-12]
    var steps = BidiagonalSteps(triangle)
    while steps.advance() {}
    #expect(steps.unconverged == 0)
    // Computed with 50 digits.
    let expected = [
      1.000_000_004_999_999_987_5, 1.000_000_000_000_000_05e-8, 9.999_999_949_999_999_9e-17,
    ]
    for (value, wanted) in zip(steps.d.map(abs).sorted(by: >), expected) {
      #expect(abs(value / wanted - 1) < 1e-13)
    }
  }

  @Test
  func matricesOnWhichSimpleShiftsCycleHaveEigenvalues() throws {
    var matrices: [Matrix<Double>] = [1e-4, 1e-5, 1e-6, 1e-7, 1e-8].map { h in
      Matrix(rows: [[0, 1, 0, 0], [1, 0, -h, 0], [0, h, 0, 1], [0, 0, 1, 0]])
    }
    matrices.append(
      Matrix(rows: [
        [1, 0, 0, 0, 0, 0], [0, 0, 1, 1, 0, 1], [1, 0, 0, 0, 0, 0], [1, 0, 0, 0, 1, 1],
        [0, 0, 1, 0, 0, 0], [0, 0, 0, 0, 0, 1],
      ]))
    let tiny: Matrix<Double> = AwkwardMatrices.random(3, 3) * 1e-160
    matrices.append(
      Matrix(rows: 4, columns: 4) { i, j in
        i > 0 && j > 0 ? tiny[i - 1, j - 1] : i == j ? 1 : 0
      })
    // Sparse matrices of zeros and ones, the adjacency of random graphs.
    var seed = Seed(7)
    matrices += (0..<2000).parallelMap(streams: seed.streams()) { task, rng in
      let order = 4 + task % 13
      return Matrix(rows: order, columns: order) { _, _ in rng.uniform() < 0.25 ? 1 : 0 }
    }
    let residuals = try matrices.parallelMap { a in
      try BLAS.withBackend(.native) { try Residuals.eigenvaluesOnly(a) }
    }
    #expect(residuals.allSatisfy { $0 < 1e-7 }, "\(residuals.max() ?? .nan)")
  }

  @Test
  func aSubnormalBlockOfASymmetricMatrixHasOrthogonalVectors() throws {
    for tiny in [Double.leastNonzeroMagnitude, Double.leastNormalMagnitude / 64] {
      let a = Matrix(rows: [[1, 0, 0], [0, 0, tiny], [0, tiny, 0]])
      let residual = try BLAS.withBackend(.native) { try Residuals.symmetricEigen(a) }
      #expect(residual < 30)
    }
  }

  @Test
  func matricesThatWouldOverflowWhenSquaredHaveSingularValues() throws {
    let a: Matrix<Double> = AwkwardMatrices.random(20, 10)
    let expected = try BLAS.withBackend(.native) { try a.svd().singularValues }
    for scale in [1e300, 1e-300, Double.leastNormalMagnitude / 64] {
      let found = try BLAS.withBackend(.native) { try (a * scale).svd().singularValues }
      for (value, wanted) in zip(found, expected) {
        #expect(abs(value / (wanted * scale) - 1) < (scale < 1e-305 ? 1e-9 : 1e-13))
      }
    }
  }
}

extension Rotation {
  /// Two rows after a rotation of them.
  fileprivate static func turn(
    _ c: Element, _ s: Element, _ x: (Element, Element), _ y: (Element, Element)
  ) -> ((Element, Element), (Element, Element)) {
    ((c * x.0 + s * y.0, c * x.1 + s * y.1), (c * y.0 - s * x.0, c * y.1 - s * x.1))
  }
}
