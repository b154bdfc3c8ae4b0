// Part of Apus, Apache-2.0. See LICENSE.

extension Int {
  /// The product, at most `Int.max`.
  @inline(__always)
  func saturatingMultiplied(by other: Int) -> Int {
    let (product, isTooLarge) = multipliedReportingOverflow(by: other)
    return isTooLarge ? .max : product
  }

  /// The quotient, rounded up.
  func ceilingDivided(by divisor: Int) -> Int { (self + divisor - 1) / divisor }

  /// The least multiple of `unit` that is not smaller.
  func roundedUp(toMultipleOf unit: Int) -> Int { ceilingDivided(by: unit) * unit }
}
