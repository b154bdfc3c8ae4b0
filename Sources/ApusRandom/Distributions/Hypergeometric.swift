// Part of Apus, Apache-2.0. See LICENSE.

extension VariateGenerator {
  /// A hypergeometric count: the number of good items among those drawn without replacement.
  ///
  /// - Parameters:
  ///   - good: the number of good items, not negative and below 10⁹.
  ///   - bad: the number of other items, not negative and below 10⁹.
  ///   - draws: the number of items drawn, at most `good` + `bad`.
  /// - Complexity: O(`draws`) up to 10 draws, otherwise O(1) expected (HRUA, Stadlober 1989).
  /// - Compatibility: `hypergeometric(ngood, nbad, nsample)` of NumPy, bit for bit on x86-64 Linux;
  ///   elsewhere a value differs with probability about 1e-14.
  public mutating func hypergeometric(good: Int, bad: Int, draws: Int) -> Int {
    require(
      0..<1_000_000_000 ~= good && 0..<1_000_000_000 ~= bad && 0...(good + bad) ~= draws,
      "Hypergeometric: each group must be below 10^9, with no more draws than items.")
    if Self.isLegacy {
      if draws == 0 { return 0 }
      guard draws > 10 else { return legacyHypergeometricByUrn(good, bad, draws) }
    } else if draws < 10 || draws > good + bad - 10 {
      return hypergeometricByUrn(good, bad, draws)
    }
    let rejection = HypergeometricRejection(good, bad, draws, isLegacy: Self.isLegacy)
    while true {
      if let count = rejection.count(nextDouble(), nextDouble()) { return count }
    }
  }

  private mutating func hypergeometricByUrn(_ good: Int, _ bad: Int, _ draws: Int) -> Int {
    let isMost = draws > (good + bad) / 2
    var total = good + bad
    var left = isMost ? total - draws : draws
    var goodLeft = good
    while left > 0 && goodLeft > 0 && total > goodLeft {
      total -= 1
      if Int(maskedWord(UInt64(total))) < goodLeft { goodLeft -= 1 }
      left -= 1
    }
    if total == goodLeft { goodLeft -= left }
    return isMost ? goodLeft : good - goodLeft
  }

  private mutating func legacyHypergeometricByUrn(_ good: Int, _ bad: Int, _ draws: Int) -> Int {
    let others = Double(bad + good - draws)
    let fewer = Double(min(bad, good))
    var rest = fewer
    var left = draws
    while rest > 0 && left > 0 {
      rest -= (nextDouble() + rest / (others + Double(left))).rounded(.down)
      left -= 1
    }
    let found = Int(fewer - rest)
    return good > bad ? draws - found : found
  }
}

/// HRUA (Stadlober 1989): hypergeometric rejection sampling by the ratio of uniforms.
struct HypergeometricRejection {
  private let good: Int
  private let isGoodLarger: Bool
  private let isMost: Bool
  private let fewer: Int
  private let more: Int
  private let draws: Int
  private let center: Double
  private let width: Double
  private let bound: Double
  private let peak: Double
  private let isLegacy: Bool

  init(_ good: Int, _ bad: Int, _ wanted: Int, isLegacy: Bool) {
    self.good = good
    self.isLegacy = isLegacy
    let total = good + bad
    draws = min(wanted, total - wanted)
    isMost = draws < wanted
    isGoodLarger = good > bad
    fewer = min(good, bad)
    more = max(good, bad)
    let size = Double(total)
    let p = Double(fewer) / size
    let q = isLegacy ? 1 - p : Double(more) / size
    center = Double(draws) * p + 0.5
    let factor = Double(isLegacy ? wanted : draws)
    let variance = Double(total - draws) * factor * p * q / Double(total - 1)
    let deviation = (variance + 0.5).squareRoot()
    width = 1.7155277699214135 * deviation + 0.8989161620588988
    let mode = Int(
      (Double(draws + 1) * Double(fewer + 1) / Double(total + 2)).rounded(.down))
    bound = min(Double(min(draws, fewer)) + 1, (center + 16 * deviation).rounded(.down))
    peak = Self.mass(mode, fewer, more, draws, isLegacy)
  }

  /// The negative log-probability of a count, up to a constant.
  private static func mass(
    _ k: Int, _ fewer: Int, _ more: Int, _ draws: Int, _ isLegacy: Bool
  ) -> Double {
    func log(_ n: Int) -> Double {
      isLegacy ? LogGamma.logGamma(Double(n) + 1) : LogGamma.logFactorial(n)
    }
    return log(k) + log(fewer - k) + log(draws - k) + log(more - draws + k)
  }

  /// The count that two uniforms give, or nil if they are rejected.
  func count(_ u: Double, _ v: Double) -> Int? {
    let x = center + width * (v - 0.5) / u
    if x < 0 || x >= bound || x.isNaN { return nil }
    let k = Int(x.rounded(.down))
    let t = peak - Self.mass(k, fewer, more, draws, isLegacy)
    guard u * (4 - u) - 3 <= t || (u * (u - t) < 1 && 2 * Libm.log(u) <= t) else { return nil }
    let found = isGoodLarger ? draws - k : k
    return isMost ? good - found : found
  }
}
