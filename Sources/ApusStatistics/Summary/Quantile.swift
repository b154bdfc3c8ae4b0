// Part of Apus, Apache-2.0. See LICENSE.

/// Quantiles of a sample.
public enum Quantile {
  /// The value below which a share of the sorted values lies, linear between neighbours.
  ///
  /// - Parameters:
  ///   - sorted: ascending, at least one.
  ///   - share: 0...1.
  /// - Complexity: O(1).
  /// - Compatibility: the default of NumPy's `quantile` and R's `quantile` (type 7), up to rounding.
  public static func linear(_ sorted: [Double], _ share: Double) -> Double {
    precondition(!sorted.isEmpty, "There is no quantile of no values.")
    precondition(0...1 ~= share, "A quantile's share is from 0 to 1, not \(share).")
    let place = share * Double(sorted.count - 1)
    let below = Int(place)
    let rest = place - Double(below)
    return rest == 0
      ? sorted[below] : sorted[below] + rest * (sorted[below + 1] - sorted[below])
  }
}
