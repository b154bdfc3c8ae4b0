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
      isInRange || variance.isNaN ? variance.squareRoot() : Self.scaledDeviation(values)
  }

  /// The standard deviation where sums or squares are out of range: of values, and then differences, scaled by powers of two.
  private static func scaledDeviation(_ values: [Double]) -> Double {
    guard let (scaled, size) = scaled(values) else { return 0 }
    let mean = PairwiseSum.mean(scaled)
    guard let (differences, spread) = self.scaled(scaled.map { $0 - mean }) else { return 0 }
    let squares = PairwiseSum.sum(differences.map { $0 * $0 }) / Double(values.count - 1)
    return Double(sign: .plus, exponent: size + spread, significand: squares.squareRoot())
  }

  /// Values scaled to magnitudes below 2, and the exponent; nil if all are 0.
  private static func scaled(_ values: [Double]) -> (values: [Double], exponent: Int)? {
    let largest = values.reduce(0) { max($0, abs($1)) }
    guard largest > 0 else { return nil }
    guard largest.isFinite else { return (values, 0) }
    let exponent = Int(largest.exponent)
    return (values.map { Double(sign: .plus, exponent: -exponent, significand: $0) }, exponent)
  }
}
