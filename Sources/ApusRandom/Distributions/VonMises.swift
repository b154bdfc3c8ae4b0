// Part of Apus, Apache-2.0. See LICENSE.

extension VariateGenerator {
  /// A von Mises deviate: an angle around a mean direction (Best and Fisher 1979).
  ///
  /// - Parameters:
  ///   - mean: the direction in radians.
  ///   - concentration: not negative; 0 is uniform on the circle.
  /// - Returns: radians in [−π, π]; as in NumPy, up to 2π beyond if the concentration is above 10⁶ and `mean`
  ///   lies outside that interval.
  /// - Complexity: O(1) expected.
  /// - Compatibility: `vonmises(mu, kappa)` of NumPy, bit for bit on x86-64 Linux, within 4 ulp elsewhere.
  public mutating func vonMises(mean: Double, concentration: Double) -> Double {
    require(concentration >= 0, "Von Mises: the concentration must be at least 0.")
    if concentration < 1e-8 { return Double.pi * (2 * nextDouble() - 1) }
    // NumPy's legacy function never returns if the wrapped Cauchy's parameter rounds to 1.
    if concentration > (Self.isLegacy ? 1e15 : 1e6) { return wrappedNormal(mean, concentration) }
    let cosine = vonMisesCosine(concentration)
    let side = nextDouble()
    let angle = (side < 0.5 ? -Libm.acos(cosine) : Libm.acos(cosine)) + mean
    let wrapped = Libm.fmod(abs(angle) + .pi, 2 * .pi) - .pi
    return angle < 0 ? -wrapped : wrapped
  }

  private mutating func wrappedNormal(_ mean: Double, _ concentration: Double) -> Double {
    var angle = mean + (1 / concentration).squareRoot() * normal()
    if angle < -.pi { angle += 2 * .pi }
    if angle > .pi { angle -= 2 * .pi }
    return angle
  }

  private mutating func vonMisesCosine(_ concentration: Double) -> Double {
    let s = wrappedCauchyParameter(concentration)
    while true {
      let z = Libm.cos(.pi * nextDouble())
      let w = (1 + s * z) / (s + z)
      let y = concentration * (s - w)
      let v = nextDouble()
      if y * (2 - y) - v >= 0 || Libm.log(y / v) + 1 - y >= 0 { return w }
    }
  }

  private func wrappedCauchyParameter(_ concentration: Double) -> Double {
    // Below 1e-5 the exact formula loses all digits; its expansion does not.
    if concentration < 1e-5 { return 1 / concentration + concentration }
    let r = 1 + (1 + 4 * concentration * concentration).squareRoot()
    let rho = (r - (2 * r).squareRoot()) / (2 * concentration)
    return (1 + rho * rho) / (2 * rho)
  }
}
