// Part of Apus, Apache-2.0. See LICENSE.

/// The mean and variance of a sample, computed in two passes to avoid cancellation.
public struct Moments: Sendable, Hashable {
  /// The number of values.
  public let count: Int
  /// The arithmetic mean; NaN for no values.
  public let mean: Double
  /// The variance with divisor n - 1; NaN for fewer than two values.
  public let variance: Double

  /// The square root of the variance.
  ///
  /// It is right even where the variance itself overflows or vanishes.
  public let standardDeviation: Double

  /// Computes the moments of a sample.
  ///
  /// - Complexity: O(values.count).
  /// - Compatibility: `numpy.mean` bit for bit.
  public init(_ values: [Double]) {
    count = values.count
    let mean = PairwiseSum.mean(values)
    self.mean = mean
    let squares = PairwiseSum.sum(values.map { ($0 - mean) * ($0 - mean) })
    variance = values.count < 2 ? .nan : squares / Double(values.count - 1)
    let isInRange = variance >= .leastNormalMagnitude && variance < .infinity
    standardDeviation =
      isInRange || variance.isNaN ? variance.squareRoot() : Self.scaledDeviation(values, mean)
  }

  /// The standard deviation where squares are out of range: of values scaled by a power of two.
  private static func scaledDeviation(_ values: [Double], _ mean: Double) -> Double {
    let differences = values.map { $0 / 2 - mean / 2 }
    let largest = differences.reduce(0) { max($0, abs($1)) }
    guard largest > 0, largest.isFinite else { return largest }
    let exponent = Int(largest.exponent)
    let squares = differences.map { difference in
      let scaled = Double(sign: .plus, exponent: -exponent, significand: difference)
      return scaled * scaled
    }
    let deviation = (PairwiseSum.sum(squares) / Double(values.count - 1)).squareRoot()
    return Double(sign: .plus, exponent: exponent + 1, significand: deviation)
  }
}
