// Part of Apus, Apache-2.0. See LICENSE.

/// The count, mean and variance of values that are not kept.
///
/// ```swift
/// var moments = RunningMoments()
/// for value in values { moments.add(value) }
/// print(moments.mean, moments.standardError)
/// ```
/// Means and squares are updated as each value comes (Welford 1962), and two parts are merged by the formulae of Chan, Golub and
/// LeVeque (1983), so that nothing cancels. Where squares of differences leave the range of doubles (beyond 1e154, below 1e-154)
/// the variance is infinite or 0; ``Moments`` of kept values is right there too.
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
    guard count > 1 else {
      center = value
      return
    }
    guard value.isFinite, center.isFinite else {
      center += value
      squares = .nan
      return
    }
    let difference = value - center
    if difference.isFinite {
      center += difference / Double(count)
    } else {
      center += 2 * ((value / 2 - center / 2) / Double(count))
    }
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
    merged.count += other.count
    guard center.isFinite, other.center.isFinite else {
      merged.center += other.center
      merged.squares = .nan
      return merged
    }
    let (m, n) = (Double(count), Double(other.count))
    let difference = other.center - center
    let isInRange = difference.isFinite
    let step = isInRange ? difference : other.center / 2 - center / 2
    merged.center += step * (n / (m + n)) * (isInRange ? 1 : 2)
    merged.squares += other.squares + difference * difference * (m * (n / (m + n)))
    return merged
  }
}
