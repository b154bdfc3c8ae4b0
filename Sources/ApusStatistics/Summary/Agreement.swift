// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom

/// The agreement between predictions and observations.
public struct Agreement: Sendable, Hashable {
  /// Pearson's correlation; NaN if either side does not vary.
  public let correlation: Double
  /// 1 - mean squared error / variance of the observed values (with divisor n).
  public let rSquared: Double
  /// The mean squared error.
  public let meanSquaredError: Double

  /// The root of the mean squared error, in the unit of the observed values.
  ///
  /// It is right even where the mean squared error itself overflows or vanishes.
  public let rootMeanSquaredError: Double

  /// Compares predictions with observations.
  ///
  /// - Parameters:
  ///   - predicted: one value per observation.
  ///   - observed: at least one value.
  /// - Complexity: O(observed.count).
  public init(predicted: [Double], observed: [Double]) {
    require(
      predicted.count == observed.count,
      "\(predicted.count) predictions for \(observed.count) observations.")
    // Scaled by a power of two, which does not round, so that squares neither overflow nor vanish.
    let largest = (predicted + observed).reduce(0) { max($0, abs($1)) }
    let exponent = largest.isFinite && largest > 0 ? Int(largest.exponent) : 0
    let (p, o) = (Self.scaled(predicted, -exponent), Self.scaled(observed, -exponent))
    let (pMean, oMean) = (PairwiseSum.mean(p), PairwiseSum.mean(o))
    let (fromPMean, fromOMean) = (p.map { $0 - pMean }, o.map { $0 - oMean })
    let products = PairwiseSum.sum(zip(fromPMean, fromOMean).map { $0 * $1 })
    let variation = PairwiseSum.sum(fromOMean.map { $0 * $0 })
    correlation =
      products / (PairwiseSum.sum(fromPMean.map { $0 * $0 }) * variation).squareRoot()
    let errors = zip(p, o).map { ($0 - $1) * ($0 - $1) }
    let mean = PairwiseSum.mean(errors)
    meanSquaredError = Self.scaled([mean], 2 * exponent)[0]
    rootMeanSquaredError = Self.scaled([mean.squareRoot()], exponent)[0]
    rSquared = 1 - PairwiseSum.sum(errors) / variation
  }

  private static func scaled(_ values: [Double], _ exponent: Int) -> [Double] {
    // In two steps: one factor alone can be out of range.
    let half = exponent / 2
    let factors = [half, exponent - half].map {
      Double(sign: .plus, exponent: $0, significand: 1)
    }
    return values.map { $0 * factors[0] * factors[1] }
  }
}
