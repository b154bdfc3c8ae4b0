// Part of Apus, Apache-2.0. See LICENSE.
public import ApusLinearAlgebra

/// A linear model y = intercept + Σ coefficient × feature, by least squares.
///
/// ```swift
/// let model = try LinearRegression.ordinary(features: x, targets: y)
/// print(model.coefficients, model.standardErrors, model.rSquared)
/// let predicted = model.predict(new)
/// ```
public struct LinearRegression: Sendable, Hashable {
  /// What is added to all predictions; 0 if none was asked for.
  public let intercept: Double
  /// One for each feature, in the unit of the target per unit of the feature.
  public let coefficients: [Double]
  /// The standard error of each coefficient; nil for a ridge, whose coefficients are biased, and where there
  /// are no more observations than parameters.
  public let standardErrors: [Double]?
  /// The sum of squares of targets minus predictions.
  public let residualSumOfSquares: Double
  /// The share of the targets' variance that the model explains: 1 is all.
  public let rSquared: Double
  /// The penalty of the ridge; 0 for ordinary least squares.
  public let penalty: Double

  /// The predictions for rows of features.
  ///
  /// - Complexity: O(rows × features).
  public func predict(_ features: Matrix<Double>) -> [Double] {
    precondition(
      features.columns == coefficients.count,
      "The model has \(coefficients.count) features, not \(features.columns).")
    return (features * coefficients).map { $0 + intercept }
  }

  /// Ordinary least squares, by a QR factorisation.
  ///
  /// - Parameters:
  ///   - features: a row for each observation, a column for each feature, at least as many rows as
  ///     parameters.
  ///   - targets: one for each observation.
  ///   - hasIntercept: whether a constant is fitted too; default true.
  /// - Throws: ``StatisticsError`` if shapes do not fit, a number is not finite, or features depend on each
  ///   other, which ``ridge(features:targets:penalty:hasIntercept:)`` can bear.
  /// - Complexity: O(observations × features²).
  /// - Compatibility: R's `lm`, within rounding; it leaves out a feature that this one refuses.
  public static func ordinary(
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
      // Of columns of length 1, so that units do not matter.
      let lengths = (0..<features.columns).map { features[columns: $0..<$0 + 1].norm() }
      let unit = Matrix(rows: features.rows, columns: features.columns) {
        lengths[$1] == 0 ? 0 : centred.features[$0, $1] / lengths[$1]
      }
      let qr = try unit.qr()
      if let j = qr.upper.diagonal.firstIndex(where: { $0.magnitude < Self.dependence }) {
        throw LinearAlgebraError.singular(pivot: j + 1)
      }
      let scaled = try qr.leastSquares(Matrix(column: centred.targets)).elements
      let solution = zip(scaled, lengths).map { $0 / $1 }
      let freedom = features.rows - parameters
      var model = centred.model(solution, penalty: 0, errors: nil)
      if freedom > 0 {
        // (XᵀX)⁻¹ = R⁻¹ R⁻ᵀ: its diagonal are the squared lengths of R⁻¹'s rows.
        let inverse = try qr.upper.inverse()
        let variance = model.residualSumOfSquares / Double(freedom)
        let errors = (0..<features.columns).map { j in
          (variance * inverse.row(j).reduce(0) { $0 + $1 * $1 }).squareRoot() / lengths[j]
        }
        model = centred.model(solution, penalty: 0, errors: errors)
      }
      return model
    } catch { throw mistake(error) }
  }

  /// A feature of which less than this share is not a combination of the constant and the features before
  /// it counts as one, as in R's `lm`.
  private static let dependence = 1e-7

  /// Ridge regression: least squares plus `penalty` times the sum of squared coefficients, the intercept's
  /// not among them (Hoerl and Kennard 1970).
  ///
  /// - Parameters:
  ///   - features: a row for each observation, a column for each feature; of any number.
  ///   - targets: one for each observation.
  ///   - penalty: above 0, in the squared unit of the features. Features are not scaled.
  ///   - hasIntercept: whether a constant is fitted too; default true.
  /// - Throws: ``StatisticsError`` if shapes do not fit or a number is not finite.
  /// - Complexity: O(observations × features²), by a Cholesky factorisation of the smaller of both orders.
  /// - Compatibility: the criterion of scikit-learn's `Ridge(alpha=penalty)`.
  public static func ridge(
    features: Matrix<Double>, targets: [Double], penalty: Double, hasIntercept: Bool = true
  ) throws(StatisticsError) -> LinearRegression {
    try check(features, targets)
    guard penalty > 0, penalty.isFinite else {
      throw StatisticsError(.badOption, "The penalty of a ridge is above 0, not \(penalty).")
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
    } catch { throw mistake(error) }
  }

  private static func check(
    _ features: Matrix<Double>, _ targets: [Double]
  ) throws(StatisticsError) {
    guard features.rows == targets.count, features.rows > 0, features.columns > 0 else {
      throw StatisticsError(
        .shape,
        "\(features.rows) rows of \(features.columns) features and \(targets.count) targets do not make a model."
      )
    }
    for column in 0..<features.columns {
      if let row = features.column(column).firstIndex(where: { !$0.isFinite }) {
        throw StatisticsError(
          .notFinite, "Feature \(column) of row \(row) (both from 0) is not a finite number.")
      }
    }
    if let row = targets.firstIndex(where: { !$0.isFinite }) {
      throw StatisticsError(.notFinite, "Target \(row) (from 0) is not a finite number.")
    }
  }

  private static func mistake(_ error: LinearAlgebraError) -> StatisticsError {
    switch error {
    case .singular(let pivot):
      StatisticsError(
        .shape,
        "Feature \(pivot - 1) (from 0) is a combination of those before it; leave it out or use a ridge."
      )
    case .nonFinite: StatisticsError(.notFinite, "Features: \(error)")
    default: StatisticsError(.shape, "\(error)")
    }
  }
}

/// Features and targets minus their means, if a constant is fitted, which then need not be a column.
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
