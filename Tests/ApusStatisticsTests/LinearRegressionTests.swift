// Part of Apus, Apache-2.0. See LICENSE.
import ApusLinearAlgebra
import ApusRandom
import ApusStatistics
import TestSupport
import Testing

@Suite struct LinearRegressionTests {
  static let features: Matrix<Double> = {
    var generator = PCG64(SeedSequence(5))
    return Matrix(rows: 40, columns: 3) { _, _ in generator.normal() + 10 }
  }()

  static let targets: [Double] = {
    var generator = PCG64(SeedSequence(6))
    return (0..<40).map {
      2 + features[$0, 0] - 0.5 * features[$0, 1] + 0.25 * features[$0, 2] + generator.normal()
    }
  }()

  private func isClose(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 1e-10 * max(1, abs(b)) }

  /// Checks the normal equations, which least squares must satisfy however they are computed.
  @Test(arguments: [0, 0.1, 10])
  func residualsAreOrthogonalToFeatures(penalty: Double) throws {
    let (x, y) = (Self.features, Self.targets)
    let model =
      penalty == 0
      ? try LinearRegression.leastSquares(features: x, targets: y)
      : try .ridge(features: x, targets: y, penalty: penalty)
    let residuals = zip(y, model.predict(x)).map { $0 - $1 }
    #expect(abs(residuals.reduce(0, +)) < 1e-10)
    for (gradient, coefficient) in zip(x.transposed * residuals, model.coefficients) {
      #expect(abs(gradient - penalty * coefficient) < 1e-8)
    }
    #expect(isClose(model.residualSumOfSquares, residuals.reduce(0) { $0 + $1 * $1 }))
    #expect(0...1 ~= model.rSquared)
  }

  @Test(.enabled(if: RealR.interpreter != nil, "needs R, which Scripts/test installs"))
  func ordinaryModelsAreThoseOfR() throws {
    let model = try LinearRegression.leastSquares(features: Self.features, targets: Self.targets)
    func r(_ values: [Double]) -> String {
      "c(" + values.map { "\($0)" }.joined(separator: ",") + ")"
    }
    let lines = try RealR.lines(
      of: """
        x <- matrix(\(r(Self.features.elements)), 40); y <- \(r(Self.targets))
        s <- summary(lm(y ~ x)); cat(sprintf("%.17g", c(s$coefficients[,1], s$coefficients[-1,2], s$r.squared)), sep="\\n")
        """)
    let expected = lines.compactMap(Double.init)
    let errors = try #require(model.standardErrors)
    let found = [model.intercept] + model.coefficients + errors + [model.rSquared]
    #expect(expected.count == 8 && zip(found, expected).allSatisfy(isClose))
  }

  @Test func aRidgeOfMoreFeaturesThanRowsIsTheSameFromBothSides() throws {
    let wide = Self.features.transposed
    let y = [1.0, 2, 4]
    let model = try LinearRegression.ridge(features: wide, targets: y, penalty: 0.5)
    let residuals = zip(y, model.predict(wide)).map { $0 - $1 }
    for (gradient, coefficient) in zip(wide.transposed * residuals, model.coefficients) {
      #expect(abs(gradient - 0.5 * coefficient) < 1e-8)
    }
  }

  @Test func badInputIsNamed() {
    func code(_ body: () throws -> Void) -> StatisticsError.Code? {
      do { try body() } catch { return (error as? StatisticsError)?.code }
      return nil
    }
    let (x, y) = (Self.features, Self.targets)
    #expect(code { _ = try LinearRegression.leastSquares(features: x, targets: [1]) } == .shape)
    #expect(
      code { _ = try LinearRegression.leastSquares(features: x[rows: 0..<3], targets: [1, 2, 3]) }
        == .tooFewRows)
    #expect(
      code { _ = try LinearRegression.ridge(features: x, targets: y, penalty: 0) } == .badOption)
    var hole = x
    hole[3, 1] = .nan
    #expect(
      code { _ = try LinearRegression.leastSquares(features: hole, targets: y) } == .notFinite)
    var twice = x
    twice[columns: 2..<3] = 2 * twice[columns: 0..<1]
    #expect(code { _ = try LinearRegression.leastSquares(features: twice, targets: y) } == .shape)
  }

  @Test func multivariateNormalsTakeAFactor() throws {
    let covariance: Matrix<Double> = [[2, 0.5], [0.5, 1]]
    let factor = try covariance.cholesky()
    var (a, b) = (PCG64(SeedSequence(1)), PCG64(SeedSequence(1)))
    let rows = (0..<2).map { i in (0...i).map { factor.lower[i, $0] } }
    for _ in 0..<10 {
      #expect(
        a.multivariateNormal(mean: [1, -1], covariance: factor)
          == b.multivariateNormal(mean: [1, -1], cholesky: rows))
    }
  }

  @Test(arguments: [0.1, 0.3, 1.1, 123.456])
  func aConstantFeatureIsRefusedBesideAnIntercept(constant: Double) {
    for rows in [3, 10, 1000] {
      let targets = (0..<rows).map { Double(($0 * 7) % 5) }
      #expect(throws: StatisticsError.self) {
        try LinearRegression.leastSquares(
          features: Matrix(rows: rows, columns: 1) { _, _ in constant }, targets: targets)
      }
    }
  }

  @Test func unitsOfFeaturesDoNotMatter() throws {
    let features = Matrix<Double>(rows: 20, columns: 2) { row, column in
      column == 0 ? Double(row) : Double((row * row) % 7)
    }
    let targets = (0..<20).map { 3 * features[$0, 0] - 2 * features[$0, 1] + Double($0 % 3) }
    let plain = try LinearRegression.leastSquares(features: features, targets: targets)
    let scaled = try LinearRegression.leastSquares(
      features: features * .diagonal([1e9, 1e-9]), targets: targets)
    #expect(abs(scaled.coefficients[0] * 1e9 - plain.coefficients[0]) < 1e-12)
    #expect(abs(scaled.coefficients[1] * 1e-9 - plain.coefficients[1]) < 1e-12)
    let errors = try #require(plain.standardErrors), others = try #require(scaled.standardErrors)
    #expect(abs(others[0] * 1e9 / errors[0] - 1) < 1e-10)
  }

  @Test func aFeatureThatIsNotFiniteIsNamed() {
    var features = Matrix<Double>(rows: 5, columns: 2) { Double($0 * 3 + $1) }
    features[3, 1] = .nan
    #expect {
      try LinearRegression.leastSquares(features: features, targets: [1, 2, 3, 4, 5])
    } throws: {
      "\($0)".contains("Feature 1 of row 3")
    }
  }
}
