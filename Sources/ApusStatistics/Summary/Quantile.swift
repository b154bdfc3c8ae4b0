// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom

/// Quantiles of a sample.
public enum Quantile {
  /// The value below which a share of the sample lies, interpolated linearly between neighbours.
  ///
  /// ```swift
  /// let upper = Quantile.linear(of: incomes, at: 0.95)
  /// ```
  /// - Parameters:
  ///   - values: at least one, in any order.
  ///   - share: 0...1.
  /// - Returns: the quantile; NaN if any value is NaN.
  /// - Complexity: O(n log n), or O(n) if the values are sorted.
  /// - Compatibility: the default of NumPy's `quantile` and R's `quantile` (type 7), up to rounding; between an infinite and
  ///   another value as in R: infinite, or NaN between the two infinities.
  public static func linear(of values: [Double], at share: Double) -> Double {
    require(!values.isEmpty, "A quantile needs at least one value.")
    require(0...1 ~= share, "A quantile's share must be from 0 to 1, not \(share).")
    if values.contains(where: \.isNaN) { return .nan }
    let isSorted = zip(values, values.dropFirst()).allSatisfy(<=)
    return interpolated(isSorted ? values : values.sorted(), share)
  }

  /// The middle of a sample: half of it lies below.
  ///
  /// - Complexity: as ``linear(of:at:)``.
  public static func median(of values: [Double]) -> Double { linear(of: values, at: 0.5) }

  private static func interpolated(_ sorted: [Double], _ share: Double) -> Double {
    let position = share * Double(sorted.count - 1)
    let below = Int(position)
    let rest = position - Double(below)
    if rest == 0 || sorted[below] == sorted[below + 1] { return sorted[below] }
    let difference = sorted[below + 1] - sorted[below]
    return difference.isFinite
      ? sorted[below] + rest * difference
      : (1 - rest) * sorted[below] + rest * sorted[below + 1]
  }
}
