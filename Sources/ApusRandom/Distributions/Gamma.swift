// Part of Apus, Apache-2.0. See LICENSE.

extension VariateGenerator {
  /// A gamma deviate with mean `shape` · `scale`, by the method of Marsaglia and Tsang (2000), or that of
  /// Ahrens and Dieter (1974) for shapes below 1.
  ///
  /// - Parameters:
  ///   - shape: not negative; 0 gives 0.
  ///   - scale: not negative; default 1.
  /// - Complexity: O(1) expected.
  /// - Compatibility: `gamma(shape, scale)` of NumPy, bit for bit on x86-64 Linux, within 4 ulp elsewhere.
  @inlinable
  public mutating func gamma(shape: Double, scale: Double = 1) -> Double {
    require(shape >= 0 && scale >= 0, "Gamma: shape and scale must be at least 0.")
    return scale * standardGamma(shape)
  }

  /// A chi-square deviate.
  ///
  /// - Parameter degreesOfFreedom: above 0, not necessarily an integer.
  /// - Compatibility: `chisquare(df)` of NumPy, bit for bit on x86-64 Linux, within 4 ulp elsewhere.
  @inlinable
  public mutating func chiSquare(degreesOfFreedom: Double) -> Double {
    require(degreesOfFreedom > 0, "Chi-square: the degrees of freedom must be above 0.")
    return 2 * standardGamma(degreesOfFreedom / 2)
  }

  /// A deviate of Student's t.
  ///
  /// - Parameter degreesOfFreedom: above 0, not necessarily an integer.
  /// - Compatibility: `standard_t(df)` of NumPy, bit for bit on x86-64 Linux, within 4 ulp elsewhere.
  @inlinable
  public mutating func studentT(degreesOfFreedom: Double) -> Double {
    require(degreesOfFreedom > 0, "Student's t: the degrees of freedom must be above 0.")
    let numerator = normal()
    let denominator = standardGamma(degreesOfFreedom / 2)
    return (degreesOfFreedom / 2).squareRoot() * numerator / denominator.squareRoot()
  }

  /// A deviate of Fisher's F: the ratio of two chi-squares, each over its degrees of freedom.
  ///
  /// - Parameters:
  ///   - numerator: the degrees of freedom of the numerator, above 0.
  ///   - denominator: the degrees of freedom of the denominator, above 0.
  /// - Returns: NaN, as NumPy, if both chi-squares underflow to 0 or overflow, as for degrees below 0.01 or beyond 1e300.
  /// - Compatibility: `f(dfnum, dfden)` of NumPy, bit for bit on x86-64 Linux, within 4 ulp elsewhere.
  @inlinable
  public mutating func fisherF(numerator: Double, denominator: Double) -> Double {
    require(numerator > 0 && denominator > 0, "F: both degrees of freedom must be above 0.")
    let above = chiSquare(degreesOfFreedom: numerator) * denominator
    return above / (chiSquare(degreesOfFreedom: denominator) * numerator)
  }
}

extension VariateGenerator {
  @inlinable
  mutating func standardGamma(_ shape: Double) -> Double {
    if shape == 1 { return exponential() }
    if shape == 0 { return 0 }
    return shape < 1 ? smallGamma(shape) : largeGamma(shape)
  }

  @inlinable
  mutating func smallGamma(_ shape: Double) -> Double {
    while true {
      let u = nextDouble()
      let v = exponential()
      if u <= 1 - shape {
        let x = Libm.pow(u, 1 / shape)
        if x <= v { return x }
      } else {
        let y = -Libm.log((1 - u) / shape)
        let x = Libm.pow(1 - shape + shape * y, 1 / shape)
        if x <= v + y { return x }
      }
    }
  }

  @inlinable
  mutating func largeGamma(_ shape: Double) -> Double {
    let b = shape - 1.0 / 3
    let c = 1 / (9 * b).squareRoot()
    while true {
      var x = normal()
      var v = 1 + c * x
      while v <= 0 {
        x = normal()
        v = 1 + c * x
      }
      v = v * v * v
      let u = nextDouble()
      if u < 1 - 0.0331 * (x * x) * (x * x) { return b * v }
      if Libm.log(u) < 0.5 * x * x + b * (1 - v + Libm.log(v)) { return b * v }
    }
  }
}
