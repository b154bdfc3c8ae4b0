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
    // Halved often enough that no sum overflows; this does not round.
    let largest = (predicted + observed).reduce(0) { max($0, abs($1)) }
    let shift = largest.isFinite && largest > 0x1p900 ? 200 : 0
    let (p, o) = (
      predicted.map { $0 * Self.power(-shift) }, observed.map { $0 * Self.power(-shift) }
    )
    let (pMean, oMean) = (PairwiseSum.mean(p), PairwiseSum.mean(o))
    let fromPMean = ScaledSquares(p.map { $0 - pMean })
    let fromOMean = ScaledSquares(o.map { $0 - oMean })
    let errors = ScaledSquares(zip(p, o).map { $0 - $1 })
    let products = PairwiseSum.sum(zip(fromPMean.values, fromOMean.values).map { $0 * $1 })
    correlation = products / (fromPMean.sum * fromOMean.sum).squareRoot()
    let mean = errors.sum / Double(errors.values.count)
    let exponent = errors.exponent + shift
    meanSquaredError = mean * Self.power(exponent) * Self.power(exponent)
    rootMeanSquaredError = mean.squareRoot() * Self.power(exponent)
    let ratio = Self.power(errors.exponent - fromOMean.exponent)
    rSquared = 1 - errors.sum / fromOMean.sum * ratio * ratio
  }

  /// A power of two; beyond the range of doubles it is 0 or infinite.
  private static func power(_ exponent: Int) -> Double {
    Double(sign: .plus, exponent: exponent, significand: 1)
  }
}

/// Values scaled by a power of two, if need be, so that their squares are neither too large nor too small, and their sum.
private struct ScaledSquares {
  let values: [Double]
  let exponent: Int
  let sum: Double

  init(_ values: [Double]) {
    let largest = values.reduce(0) { max($0, abs($1)) }
    let isInRange = largest == 0 || !largest.isFinite || (0x1p-400...0x1p400).contains(largest)
    let exponent = isInRange ? 0 : Int(largest.exponent)
    self.exponent = exponent
    self.values =
      isInRange
      ? values : values.map { Double(sign: .plus, exponent: -exponent, significand: $0) }
    sum = PairwiseSum.sum(self.values.map { $0 * $0 })
  }
}
