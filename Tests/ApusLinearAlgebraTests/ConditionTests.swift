// Part of Apus, Apache-2.0. See LICENSE.
import ApusLinearAlgebra
import Testing

@Suite struct ConditionTests {
  /// 1 / (|A| |A⁻¹|) by the inverse.
  private func exact(_ a: Matrix<Double>) throws -> Double {
    try 1 / (a.norm(.one) * a.inverse().norm(.one))
  }

  @Test func theEstimateIsNearAndNeverBelowTheTruth() throws {
    for (name, a) in AwkwardMatrices<Double>.squares
    where !["zero", "deficient", "cycle 1", "Hilbert 12"].contains(name) {
      let (estimate, truth) = (try a.reciprocalCondition(), try exact(a))
      #expect(estimate >= truth * (1 - 1e-6), "\(name): \(estimate), \(truth)")
      #expect(estimate <= truth * 10, "\(name): \(estimate), \(truth)")
    }
  }

  @Test func hugeMatricesHaveTheConditionOfTheirMultiples() throws {
    let huge: Matrix<Double> = [[1e308, 0], [1e308, 1e308]]
    let plain: Matrix<Double> = [[1, 0], [1, 1]]
    let (found, expected) = (try huge.reciprocalCondition(), try plain.reciprocalCondition())
    #expect(abs(found - expected) < 1e-15 && expected >= 0.25 && expected < 0.5)
    let values: Matrix<Double> = [[1.5e308, 1.5e308], [1.5e308, -1.5e308]]
    #expect(try values.svd().rank == 2)
    #expect(try abs(values.svd().conditionNumber - 1) < 1e-14)
  }

  @Test func singularMatricesHaveNoneAndTheIdentityIsBest() throws {
    #expect(try Matrix<Double>.zeros(3, 3).reciprocalCondition() == 0)
    #expect(try Matrix<Double>.identity(7).reciprocalCondition() == 1)
    #expect(try Matrix<Float>.identity(7).reciprocalCondition() == 1)
    #expect(try Matrix<Double>.zeros(0, 0).reciprocalCondition() == 1)
    #expect(try AwkwardMatrices<Double>.hilbert(12).reciprocalCondition() < 1e-15)
    #expect(throws: LinearAlgebraError.notSquare(rows: 2, columns: 3)) {
      try Matrix<Double>.zeros(2, 3).reciprocalCondition()
    }
  }
}
