// Part of Apus, Apache-2.0. See LICENSE.

extension VariateGenerator {
  /// A Poisson count, by multiplication of uniforms or, from mean 10 on, by Hörmann's transformed
  /// rejection (PTRS, 1993).
  ///
  /// - Parameter mean: 0...9.2e18; 0 gives 0 and draws nothing.
  /// - Complexity: O(1) expected, O(`mean`) below 10.
  /// - Compatibility: `poisson(lam)` of NumPy, bit for bit on x86-64 Linux; elsewhere a value differs
  ///   with probability about 1e-14.
  @inlinable
  public mutating func poisson(mean: Double) -> Int {
    require(0...9.2e18 ~= mean, "Poisson: the mean must be in 0...9.2e18.")
    if mean == 0 { return 0 }
    return mean < 10 ? smallPoisson(mean) : largePoisson(mean)
  }

  /// A negative binomial count: the number of failures before the given number of successes.
  ///
  /// - Parameters:
  ///   - successes: above 0, not necessarily an integer.
  ///   - probability: the probability of success, in (0, 1], not so small that counts of 9.2e18 are likely.
  /// - Complexity: O(1) expected.
  /// - Compatibility: `negative_binomial(n, p)` of NumPy, as ``poisson(mean:)``.
  @inlinable
  public mutating func negativeBinomial(successes: Double, probability: Double) -> Int {
    require(
      successes > 0 && probability > 0 && probability <= 1,
      "Negative binomial: successes must be above 0 and the probability in (0, 1].")
    let scale = (1 - probability) / probability
    require(
      Self.isNegativeBinomialInRange(successes, scale),
      "A negative binomial's counts must stay below 9.2e18; the mean here is \(successes * scale).")
    return poisson(mean: min(gamma(shape: successes, scale: scale), 9.2e18))
  }

  /// Whether the mean plus ten standard deviations of the gamma is within the range of counts.
  @inlinable
  package static func isNegativeBinomialInRange(_ successes: Double, _ scale: Double) -> Bool {
    scale * (successes + 10 * successes.squareRoot()) <= 9.2e18
  }

  @inlinable
  mutating func smallPoisson(_ mean: Double) -> Int {
    let limit = Libm.exp(-mean)
    var count = 0
    var product = nextDouble()
    while product > limit {
      count += 1
      product *= nextDouble()
    }
    return count
  }

  @inlinable
  mutating func largePoisson(_ mean: Double) -> Int {
    let root = mean.squareRoot()
    let logMean = Libm.log(mean)
    let b = 0.931 + 2.53 * root
    let a = -0.059 + 0.02483 * b
    let inverseAlpha = 1.1239 + 1.1328 / (b - 3.4)
    let squeeze = 0.9277 - 3.6224 / (b - 2)
    while true {
      let u = nextDouble() - 0.5
      let v = nextDouble()
      let distance = 0.5 - abs(u)
      let k = ((2 * a / distance + b) * u + mean + 0.43).rounded(.down)
      if distance >= 0.07 && v <= squeeze { return Int(k) }
      if k < 0 || (distance < 0.013 && v > distance) { continue }
      let offered =
        Libm.log(v) + Libm.log(inverseAlpha)
        - Libm.log(a / (distance * distance) + b)
      if offered <= -mean + k * logMean - LogGamma.logGamma(k + 1) { return Int(k) }
    }
  }
}
