// Part of Apus, Apache-2.0. See LICENSE.
public import ApusLinearAlgebra
import ApusRandom

/// A linear model y = intercept + Σ coefficient × feature, fitted by least squares.
///
/// ```swift
/// let model = try LinearRegression.leastSquares(features: x, targets: y)
/// print(model.coefficients, model.standardErrors, model.rSquared)
/// let predicted = model.predict(new)
/// ```
public struct LinearRegression: Sendable, Hashable {
  /// The constant term; 0 if the model was fitted without one.
  public let intercept: Double
  /// One coefficient per feature, in the unit of the target per unit of the feature.
  public let coefficients: [Double]
  /// The standard error of each coefficient; nil for ridge regression, whose coefficients are biased, and if
  /// there are no more observations than parameters.
  public let standardErrors: [Double]?
  /// The sum of the squared differences between targets and predictions.
  public let residualSumOfSquares: Double
  /// The share of the targets' variance that the model explains: 1 is all.
  public let rSquared: Double
  /// The ridge penalty; 0 for ordinary least squares.
  public let penalty: Double

  /// Returns the predictions for the rows of a feature matrix.
  ///
  /// - Complexity: O(rows × features).
  public func predict(_ features: Matrix<Double>) -> [Double] {
    require(
      features.columns == coefficients.count,
      "The model has \(coefficients.count) features, not \(features.columns).")
    return (features * coefficients).map { $0 + intercept }
  }

  /// Fits ordinary least squares by a QR factorisation.
  ///
  /// - Parameters:
  ///   - features: a row for each observation, a column for each feature, at least as many rows as
  ///     parameters.
  ///   - targets: one for each observation.
  ///   - hasIntercept: whether a constant is fitted too; default true.
  /// - Throws: ``StatisticsError`` if shapes do not match, a number is not finite, or features are linearly
  ///   dependent, which ``ridge(features:targets:penalty:hasIntercept:)`` allows.
  /// - Complexity: O(observations × features²).
  /// - Compatibility: R's `lm`, up to rounding; `lm` drops dependent features instead of throwing.
  public static func leastSquares(
    features: Matrix<Double>, targets: [Double], hasIntercept: Bool = true
  ) throws(StatisticsError) -> LinearRegression {
    try check(features, targets)
    let centred = Centred(features, targets, hasIntercept)
    let parameters = features.columns + (hasIntercept ? 1 : 0)
    guard features.rows >= parameters else {
      throw StatisticsError(
        .tooFewRows, "\(parameters) parameters need at least as many rows, not \(features.rows).")
    }
    do throws(LinearAlgebraError) {
      // Columns are scaled to length 1, so that units do not matter.
      let lengths = (0..<features.columns).map { features[columns: $0..<$0 + 1].norm() }
      let unit = Matrix(rows: features.rows, columns: features.columns) {
        lengths[$1] == 0 ? 0 : centred.features[$0, $1] / lengths[$1]
      }
      let qr = try unit.qr()
      if let j = qr.r.diagonal.firstIndex(where: { $0.magnitude < Self.dependence }) {
        throw LinearAlgebraError.singular(pivot: j + 1)
      }
      let scaled = try qr.leastSquares(Matrix(column: centred.targets)).elements
      let solution = zip(scaled, lengths).map { $0 / $1 }
      let freedom = features.rows - parameters
      var model = centred.model(solution, penalty: 0, errors: nil)
      if freedom > 0 {
        // (XᵀX)⁻¹ = R⁻¹ R⁻ᵀ: its diagonal holds the squared lengths of R⁻¹'s rows.
        let inverse = try qr.r.inverse()
        let variance = model.residualSumOfSquares / Double(freedom)
        let errors = (0..<features.columns).map { j in
          (variance * inverse.row(j).reduce(0) { $0 + $1 * $1 }).squareRoot() / lengths[j]
        }
        model = centred.model(solution, penalty: 0, errors: errors)
      }
      return model
    } catch { throw statisticsError(from: error) }
  }

  /// The tolerance of linear dependence, as in R's `lm`: a feature counts as a combination of the constant
  /// and the features before it if less than this share of its length is left after projecting them out.
  private static let dependence = 1e-7

  /// Fits a ridge regression (Hoerl and Kennard 1970): least squares plus `penalty` times the sum of squared
  /// coefficients, without the intercept's.
  ///
  /// - Parameters:
  ///   - features: a row for each observation, a column for each feature, any number of each.
  ///   - targets: one for each observation.
  ///   - penalty: above 0, in the squared unit of the features. Features are not scaled.
  ///   - hasIntercept: whether a constant is fitted too; default true.
  /// - Throws: ``StatisticsError`` if shapes do not match or a number is not finite.
  /// - Complexity: O(observations × features²), by a Cholesky factorisation of the smaller order.
  /// - Compatibility: the criterion of scikit-learn's `Ridge(alpha=penalty)`.
  public static func ridge(
    features: Matrix<Double>, targets: [Double], penalty: Double, hasIntercept: Bool = true
  ) throws(StatisticsError) -> LinearRegression {
    try check(features, targets)
    guard penalty > 0, penalty.isFinite else {
      throw StatisticsError(.badOption, "The ridge penalty must be above 0, not \(penalty).")
    }
    let centred = Centred(features, targets, hasIntercept)
    let x = centred.features
    do {
      let isWide = x.columns > x.rows
      let gram = (isWide ? x.transposed : x).gram()
      let factor = try (gram + .diagonal(Array(repeating: penalty, count: gram.rows))).cholesky()
      let solution =
        isWide
        ? x.transposed * (try factor.solve(centred.targets))
        : try factor.solve(x.transposed * centred.targets)
      return centred.model(solution, penalty: penalty, errors: nil)
    } catch { throw statisticsError(from: error) }
  }

  private static func check(
    _ features: Matrix<Double>, _ targets: [Double]
  ) throws(StatisticsError) {
    guard features.rows == targets.count, features.rows > 0, features.columns > 0 else {
      throw StatisticsError(
        .shape,
        "A model needs features and one target per row, not \(features.rows) rows of "
          + "\(features.columns) features and \(targets.count) targets.")
    }
    for column in 0..<features.columns {
      if let row = features.column(column).firstIndex(where: { !$0.isFinite }) {
        throw StatisticsError(
          .notFinite, "Feature \(column) of row \(row) (counted from 0) is not a finite number.")
      }
    }
    if let row = targets.firstIndex(where: { !$0.isFinite }) {
      throw StatisticsError(.notFinite, "Target \(row) (counted from 0) is not a finite number.")
    }
  }

  private static func statisticsError(from error: LinearAlgebraError) -> StatisticsError {
    if error.code == .singular, let pivot = error.pivot {
      return StatisticsError(
        .shape,
        "Feature \(pivot - 1) (counted from 0) is a linear combination of those before it; "
          + "drop it or use ridge regression.")
    }
    return error.code == .nonFinite
      ? StatisticsError(.notFinite, "Features: \(error)") : StatisticsError(.shape, "\(error)")
  }
}

/// Features and targets, minus their means if a constant is fitted, which then needs no column.
private struct Centred {
  let features: Matrix<Double>
  let targets: [Double]
  let featureMeans: [Double]
  let targetMean: Double

  init(_ features: Matrix<Double>, _ targets: [Double], _ hasIntercept: Bool) {
    let means =
      hasIntercept
      ? (0..<features.columns).map { PairwiseSum.mean(features.column($0)) }
      : Array(repeating: 0, count: features.columns)
    let mean = hasIntercept ? PairwiseSum.mean(targets) : 0
    featureMeans = means
    targetMean = mean
    self.features = Matrix(rows: features.rows, columns: features.columns) {
      features[$0, $1] - means[$1]
    }
    self.targets = targets.map { $0 - mean }
  }

  func model(_ solution: [Double], penalty: Double, errors: [Double]?) -> LinearRegression {
    let fitted = features * solution
    let squares = PairwiseSum.sum(zip(targets, fitted).map { ($0 - $1) * ($0 - $1) })
    let total = PairwiseSum.sum(targets.map { $0 * $0 })
    let shift = zip(featureMeans, solution).reduce(0) { $0 + $1.0 * $1.1 }
    return LinearRegression(
      intercept: targetMean - shift, coefficients: solution, standardErrors: errors,
      residualSumOfSquares: squares, rSquared: total == 0 ? .nan : 1 - squares / total,
      penalty: penalty)
  }
}
