// Part of Apus, Apache-2.0. See LICENSE.

extension VariateGenerator {
  /// A geometric count: the number of trials up to and including the first success.
  ///
  /// - Parameter probability: the probability of success, in (0, 1].
  /// - Returns: at least 1; `Int.max` if the count is larger.
  /// - Complexity: O(1) expected.
  /// - Compatibility: `geometric(p)` of NumPy, bit for bit on x86-64 Linux; elsewhere a value differs
  ///   with probability about 1e-14.
  @inlinable
  public mutating func geometric(probability: Double) -> Int {
    require(probability > 0 && probability <= 1, "Geometric: probability must be in (0, 1].")
    return probability >= 0.333333333333333333333333
      ? geometricBySearch(probability) : geometricByInversion(probability)
  }

  @inlinable
  mutating func geometricBySearch(_ probability: Double) -> Int {
    var count = 1
    var mass = probability
    var sum = probability
    let u = nextDouble()
    while u > sum {
      mass *= 1 - probability
      sum += mass
      count += 1
    }
    return count
  }

  @inlinable
  mutating func geometricByInversion(_ probability: Double) -> Int {
    let count =
      Self.isLegacy
      ? (Libm.log1p(-nextDouble()) / Libm.log(1 - probability)).rounded(.up)
      : (-exponential() / Libm.log1p(-probability)).rounded(.up)
    return count > 0 && count < 0x1p63 ? Int(count) : .max  // .max if p is lost in 1 - p
  }

  /// A Zipf deviate: k ≥ 1 with probability proportional to k to the power −`exponent`.
  ///
  /// - Parameter exponent: above 1.
  /// - Complexity: O(1) expected (Devroye 1986).
  /// - Compatibility: `zipf(a)` of NumPy, as ``geometric(probability:)``. (NumPy's legacy function
  ///   never returns for exponents of 1025 or more and, in practice, within 1e-9 of 1; in these cases the
  ///   legacy rules here give the new function's values.)
  @inlinable
  public mutating func zipf(exponent: Double) -> Int {
    require(exponent > 1, "Zipf: the exponent must be above 1.")
    if exponent >= 1025 { return 1 }
    let power = exponent - 1
    let b = Libm.pow(2, power)
    let isEndless = power < 1e-9  // the legacy function rejects almost all values as too large
    let isLegacy = Self.isLegacy && !isEndless
    let least = isLegacy ? 0 : Libm.pow(0x1p63, -power)
    while true {
      let first = nextDouble()
      let u = isLegacy ? 1 - first : first * least + (1 - first)
      let v = nextDouble()
      let x = Libm.pow(u, -1 / power).rounded(.down)
      guard x >= 1 && x < 0x1p63 else { continue }
      let t = Libm.pow(1 + 1 / x, power)
      if v * x * (t - 1) / (b - 1) <= t / b { return Int(x) }
    }
  }
}
