// Part of Apus, Apache-2.0. See LICENSE.

/// The agreement between predictions and observations.
public struct Agreement: Sendable, Hashable {
  /// Pearson's correlation; NaN if either side does not vary.
  public let correlation: Double
  /// 1 - mean squared error / variance of the observed values (with divisor n).
  public let rSquared: Double
  /// The mean squared error.
  public let meanSquaredError: Double

  /// The root of the mean squared error, in the unit of the observed values.
  public var rootMeanSquaredError: Double { meanSquaredError.squareRoot() }

  /// Compares predictions with observations.
  ///
  /// - Parameters:
  ///   - predicted: one value per observation.
  ///   - observed: at least one value.
  /// - Complexity: O(observed.count).
  public init(predicted: [Double], observed: [Double]) {
    precondition(
      predicted.count == observed.count,
      "\(predicted.count) predictions for \(observed.count) observations.")
    let predictedMean = PairwiseSum.mean(predicted)
    let observedMean = PairwiseSum.mean(observed)
    let p = predicted.map { $0 - predictedMean }
    let o = observed.map { $0 - observedMean }
    let products = PairwiseSum.sum(zip(p, o).map { $0 * $1 })
    let variation = PairwiseSum.sum(o.map { $0 * $0 })
    correlation = products / (PairwiseSum.sum(p.map { $0 * $0 }) * variation).squareRoot()
    let errors = zip(predicted, observed).map { ($0 - $1) * ($0 - $1) }
    meanSquaredError = PairwiseSum.mean(errors)
    rSquared = 1 - PairwiseSum.sum(errors) / variation
  }
}
