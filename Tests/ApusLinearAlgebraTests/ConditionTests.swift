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
