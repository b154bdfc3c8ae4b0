// Part of Apus, Apache-2.0. See LICENSE.

// Distributions that are one formula in a uniform or an exponential. All formulas are NumPy's, bit for bit on
// x86-64 Linux and within 4 ulp elsewhere, where the platform's libm differs.

extension VariateGenerator {
  /// A Weibull deviate.
  ///
  /// - Parameters:
  ///   - shape: not negative; 0 gives 0.
  ///   - scale: not negative; default 1.
  /// - Compatibility: `scale * weibull(a)` of NumPy, bit for bit on x86-64 Linux, within 4 ulp elsewhere.
  @inlinable
  public mutating func weibull(shape: Double, scale: Double = 1) -> Double {
    require(shape >= 0 && scale >= 0, "Weibull: shape and scale must be at least 0.")
    return shape == 0 ? 0 : scale * Libm.pow(exponential(), 1 / shape)
  }

  /// A Pareto deviate of the second kind (Lomax), whose support begins at 0.
  ///
  /// For the classical Pareto distribution with minimum m, take m · (1 + value).
  ///
  /// - Parameter shape: above 0.
  /// - Compatibility: `pareto(a)` of NumPy, bit for bit on x86-64 Linux, within 4 ulp elsewhere.
  @inlinable
  public mutating func pareto(shape: Double) -> Double {
    require(shape > 0, "Pareto: the shape must be above 0.")
    let ratio = exponential() / shape
    return Self.isLegacy ? Libm.exp(ratio) - 1 : Libm.expm1(ratio)
  }

  /// A Rayleigh deviate: the length of a vector of two normals.
  ///
  /// - Parameter scale: the standard deviation of each normal, not negative; default 1.
  /// - Compatibility: `rayleigh(scale)` of NumPy, bit for bit on x86-64 Linux, within 4 ulp elsewhere.
  @inlinable
  public mutating func rayleigh(scale: Double = 1) -> Double {
    require(scale >= 0, "Rayleigh: the scale must be at least 0.")
    if Self.isLegacy { return scale * (-2 * Libm.log1p(-nextDouble())).squareRoot() }
    return scale * (2 * exponential()).squareRoot()
  }

  /// A log-normal deviate: the exponential of a normal one.
  ///
  /// - Parameters:
  ///   - logMean: the mean of the logarithm, any finite number.
  ///   - logStandardDeviation: the standard deviation of the logarithm, not negative.
  /// - Compatibility: `lognormal(mean, sigma)` of NumPy, bit for bit on x86-64 Linux, within 4 ulp elsewhere.
  @inlinable
  public mutating func logNormal(logMean: Double, logStandardDeviation: Double) -> Double {
    require(
      logStandardDeviation >= 0,
      "Log-normal: the standard deviation of the logarithm must be at least 0, not \(logStandardDeviation)."
    )
    return Libm.exp(logMean + logStandardDeviation * normal())
  }

  /// A triangular deviate.
  ///
  /// - Parameters:
  ///   - range: finite, not empty.
  ///   - mode: where the density is highest, within `range`.
  /// - Compatibility: `triangular(left, mode, right)` of NumPy, bit for bit everywhere.
  @inlinable
  public mutating func triangular(in range: ClosedRange<Double>, mode: Double) -> Double {
    let (low, high) = (range.lowerBound, range.upperBound)
    require(low < high && range ~= mode, "Triangular: the mode must lie in the range.")
    let width = high - low
    let before = mode - low
    let u = nextDouble()
    if u <= before / width { return low + (u * (before * width)).squareRoot() }
    return high - ((1 - u) * ((high - mode) * width)).squareRoot()
  }
}

extension VariateGenerator {
  /// A logistic deviate.
  ///
  /// - Parameters:
  ///   - location: default 0.
  ///   - scale: not negative; default 1.
  /// - Compatibility: `logistic(loc, scale)` of NumPy, bit for bit on x86-64 Linux, within 4 ulp elsewhere.
  @inlinable
  public mutating func logistic(location: Double = 0, scale: Double = 1) -> Double {
    require(scale >= 0, "Logistic: the scale must be at least 0.")
    let u = positiveDouble()
    return location + scale * Libm.log(u / (1 - u))
  }

  /// A Laplace (double exponential) deviate.
  ///
  /// - Parameters:
  ///   - location: default 0.
  ///   - scale: not negative; default 1.
  /// - Compatibility: `laplace(loc, scale)` of NumPy, bit for bit on x86-64 Linux, within 4 ulp elsewhere.
  @inlinable
  public mutating func laplace(location: Double = 0, scale: Double = 1) -> Double {
    require(scale >= 0, "Laplace: the scale must be at least 0.")
    let u = positiveDouble()
    return u >= 0.5
      ? location - scale * Libm.log(2 - u - u) : location + scale * Libm.log(u + u)
  }

  /// A Gumbel deviate: the limiting distribution of maxima.
  ///
  /// - Parameters:
  ///   - location: default 0.
  ///   - scale: not negative; default 1.
  /// - Compatibility: `gumbel(loc, scale)` of NumPy, bit for bit on x86-64 Linux, within 4 ulp elsewhere.
  @inlinable
  public mutating func gumbel(location: Double = 0, scale: Double = 1) -> Double {
    require(scale >= 0, "Gumbel: the scale must be at least 0.")
    return location - scale * Libm.log(-Libm.log(1 - positiveDouble()))
  }

  /// A uniform in (0, 1): zeros are redrawn.
  @inlinable
  mutating func positiveDouble() -> Double {
    var u = nextDouble()
    while u == 0 { u = nextDouble() }
    return u
  }
}
