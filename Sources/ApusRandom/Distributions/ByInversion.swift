// Part of Apus, Apache-2.0. See LICENSE.

// Distributions that are one formula of a uniform or of an exponential. All are NumPy's formulas,
// bit for bit on x86-64 Linux and to 4 ulp elsewhere, where the platform's libm differs.

extension VariateGenerator {
  /// A Weibull deviate.
  ///
  /// - Parameters:
  ///   - shape: not negative; 0 gives 0.
  ///   - scale: not negative; default 1.
  /// - Compatibility: `scale * weibull(a)` of NumPy; x86-64 Linux, else 4 ulp.
  @inlinable
  public mutating func weibull(shape: Double, scale: Double = 1) -> Double {
    precondition(shape >= 0 && scale >= 0, "A Weibull has shape and scale of at least 0.")
    return shape == 0 ? 0 : scale * Libm.pow(exponential(), 1 / shape)
  }

  /// A Pareto deviate of the second kind (Lomax): it begins at 0.
  ///
  /// For the classical Pareto with minimum m take m · (1 + value).
  ///
  /// - Parameter shape: above 0.
  /// - Compatibility: `pareto(a)` of NumPy; x86-64 Linux, else 4 ulp.
  @inlinable
  public mutating func pareto(shape: Double) -> Double {
    precondition(shape > 0, "A Pareto has a shape above 0.")
    let ratio = exponential() / shape
    return Self.isLegacy ? Libm.exp(ratio) - 1 : Libm.expm1(ratio)
  }

  /// A Rayleigh deviate: the length of a vector of two normals.
  ///
  /// - Parameter scale: standard deviation of each normal, not negative; default 1.
  /// - Compatibility: `rayleigh(scale)` of NumPy; x86-64 Linux, else 4 ulp.
  @inlinable
  public mutating func rayleigh(scale: Double = 1) -> Double {
    precondition(scale >= 0, "A Rayleigh has a scale of at least 0.")
    if Self.isLegacy { return scale * (-2 * Libm.log1p(-nextDouble())).squareRoot() }
    return scale * (2 * exponential()).squareRoot()
  }

  /// A log-normal deviate: exp of a normal one.
  ///
  /// - Parameters:
  ///   - mean: of the logarithm.
  ///   - standardDeviation: of the logarithm, not negative.
  /// - Compatibility: `lognormal(mean, sigma)` of NumPy; x86-64 Linux, else 4 ulp.
  @inlinable
  public mutating func logNormal(mean: Double, standardDeviation: Double) -> Double {
    precondition(standardDeviation >= 0, "A log-normal has a standard deviation of at least 0.")
    return Libm.exp(mean + standardDeviation * normal())
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
    precondition(low < high && range ~= mode, "A triangular has its mode within a range.")
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
  /// - Compatibility: `logistic(loc, scale)` of NumPy; x86-64 Linux, else 4 ulp.
  @inlinable
  public mutating func logistic(location: Double = 0, scale: Double = 1) -> Double {
    precondition(scale >= 0, "A logistic has a scale of at least 0.")
    let u = positiveDouble()
    return location + scale * Libm.log(u / (1 - u))
  }

  /// A Laplace (double exponential) deviate.
  ///
  /// - Parameters:
  ///   - location: default 0.
  ///   - scale: not negative; default 1.
  /// - Compatibility: `laplace(loc, scale)` of NumPy; x86-64 Linux, else 4 ulp.
  @inlinable
  public mutating func laplace(location: Double = 0, scale: Double = 1) -> Double {
    precondition(scale >= 0, "A Laplace has a scale of at least 0.")
    let u = positiveDouble()
    return u >= 0.5
      ? location - scale * Libm.log(2 - u - u) : location + scale * Libm.log(u + u)
  }

  /// A Gumbel deviate: the limit of largest values.
  ///
  /// - Parameters:
  ///   - location: default 0.
  ///   - scale: not negative; default 1.
  /// - Compatibility: `gumbel(loc, scale)` of NumPy; x86-64 Linux, else 4 ulp.
  @inlinable
  public mutating func gumbel(location: Double = 0, scale: Double = 1) -> Double {
    precondition(scale >= 0, "A Gumbel has a scale of at least 0.")
    return location - scale * Libm.log(-Libm.log(1 - positiveDouble()))
  }

  /// A uniform in (0, 1): a zero is drawn again.
  @inlinable
  mutating func positiveDouble() -> Double {
    var u = nextDouble()
    while u == 0 { u = nextDouble() }
    return u
  }
}
