// Part of Apus, Apache-2.0. See LICENSE.

/// The count, mean and variance of values that are not kept.
///
/// ```swift
/// var moments = RunningMoments()
/// for value in values { moments.add(value) }
/// print(moments.mean, moments.standardError)
/// ```
/// Means and squares are updated as each value comes (Welford 1962), and two parts are merged by the formulae of Chan, Golub and
/// LeVeque (1983), so that nothing cancels.
public struct RunningMoments: Sendable, Hashable {
  /// The number of values.
  public private(set) var count = 0
  private var center = 0.0
  private var squares = 0.0

  /// The moments of no values.
  public init() {}

  /// The moments of one value.
  public init(_ value: Double) {
    count = 1
    center = value
  }

  /// The arithmetic mean; NaN for no values.
  public var mean: Double { count == 0 ? .nan : center }

  /// The variance with divisor n - 1; NaN for fewer than two values.
  public var variance: Double { count < 2 ? .nan : squares / Double(count - 1) }

  /// The square root of the variance.
  public var standardDeviation: Double { variance.squareRoot() }

  /// The standard error of the mean: standard deviation divided by the square root of the count.
  public var standardError: Double { standardDeviation / Double(count).squareRoot() }

  /// Adds a value.
  public mutating func add(_ value: Double) {
    count += 1
    let difference = value - center
    center += difference / Double(count)
    squares += difference * (value - center)
  }

  /// The moments of the values of both.
  ///
  /// - Reproducibility: the last bits depend on the order in which parts are merged.
  public func merging(_ other: RunningMoments) -> RunningMoments {
    if count == 0 { return other }
    if other.count == 0 { return self }
    var merged = self
    if other.count == 1 {
      merged.add(other.center)
      return merged
    }
    let (m, n) = (Double(count), Double(other.count))
    let difference = other.center - center
    merged.count += other.count
    merged.center += difference * (n / (m + n))
    merged.squares += other.squares + difference * difference * (m * (n / (m + n)))
    return merged
  }
}
