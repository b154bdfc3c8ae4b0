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
  public var standardDeviation: Double { variance.squareRoot() }

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
  }
}
