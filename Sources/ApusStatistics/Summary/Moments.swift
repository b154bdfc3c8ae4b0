// Part of Apus, Apache-2.0. See LICENSE.

/// Mean and spread of numbers, by two passes, so that nothing cancels.
public struct Moments: Sendable, Hashable {
  /// How many numbers.
  public let count: Int
  /// The arithmetic mean; NaN for no numbers.
  public let mean: Double
  /// The variance with divisor n - 1; NaN for fewer than two numbers.
  public let variance: Double

  /// The root of the variance.
  public var standardDeviation: Double { variance.squareRoot() }

  /// Computes them.
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
