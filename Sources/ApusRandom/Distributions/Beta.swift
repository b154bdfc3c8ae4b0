// Part of Apus, Apache-2.0. See LICENSE.

extension VariateGenerator {
  /// A beta deviate, in [0, 1], by Jöhnk's method (1964) or as a ratio of gammas.
  ///
  /// - Parameters:
  ///   - alpha: above 0.
  ///   - beta: above 0.
  /// - Complexity: O(1) expected.
  /// - Compatibility: `beta(a, b)` of NumPy, bit for bit on x86-64 Linux, within 4 ulp elsewhere.
  @inlinable
  public mutating func beta(alpha: Double, beta: Double) -> Double {
    require(alpha > 0 && beta > 0, "Beta: both parameters must be above 0.")
    guard alpha <= 1 && beta <= 1 else {
      let first = standardGamma(alpha)
      return first / (first + standardGamma(beta))
    }
    return Self.isLegacy ? legacyJohnk(alpha, beta) : johnk(alpha, beta)
  }

  @inlinable
  mutating func johnk(_ a: Double, _ b: Double) -> Double {
    // Where almost every power underflows, the deviate is 0 or 1.
    if a < 3e-103 && b < 3e-103 { return (a + b) * nextDouble() < a ? 1 : 0 }
    while true {
      let u = nextDouble()
      let v = nextDouble()
      let x = Libm.pow(u, 1 / a)
      let y = Libm.pow(v, 1 / b)
      guard x + y <= 1 && u + v > 0 else { continue }
      if x > 0 && y > 0 { return x / (x + y) }
      let difference = Libm.log(u) / a - Libm.log(v) / b
      return difference > 0
        ? Libm.exp(-Libm.log1p(Libm.exp(-difference)))
        : Libm.exp(difference - Libm.log1p(Libm.exp(difference)))
    }
  }

  @inlinable
  mutating func legacyJohnk(_ a: Double, _ b: Double) -> Double {
    while true {
      let u = nextDouble()
      let v = nextDouble()
      let x = Libm.pow(u, 1 / a)
      let y = Libm.pow(v, 1 / b)
      guard x + y <= 1 else { continue }
      if x + y > 0 { return x / (x + y) }
      let (first, second) = (Libm.log(u) / a, Libm.log(v) / b)
      let larger = first > second ? first : second
      let (less, other) = (first - larger, second - larger)
      return Libm.exp(less - Libm.log(Libm.exp(less) + Libm.exp(other)))
    }
  }

  /// A Dirichlet deviate: shares that sum to 1.
  ///
  /// - Parameter concentrations: at least one, all above 0.
  /// - Returns: one share per concentration, in the same order.
  /// - Complexity: O(concentrations.count).
  /// - Compatibility: `dirichlet(alpha)` of NumPy, bit for bit on x86-64 Linux, within 4 ulp elsewhere.
  public mutating func dirichlet(_ concentrations: [Double]) -> [Double] {
    require(
      !concentrations.isEmpty && concentrations.allSatisfy { $0 > 0 },
      "Dirichlet: there must be concentrations, all above 0.")
    if !Self.isLegacy && concentrations.allSatisfy({ $0 < 0.1 }) {
      return brokenStick(concentrations)
    }
    let shares = concentrations.map { standardGamma($0) }
    let inverse = 1 / shares.reduce(0, +)
    return shares.map { $0 * inverse }
  }

  /// Breaks pieces off a stick with beta deviates, because gamma deviates of small shape would all underflow.
  private mutating func brokenStick(_ concentrations: [Double]) -> [Double] {
    var rests = concentrations
    for i in rests.indices.dropLast().reversed() { rests[i] += rests[i + 1] }
    var shares = [Double](repeating: 0, count: concentrations.count)
    var left = 1.0
    for i in concentrations.indices.dropLast() {
      let share = beta(alpha: concentrations[i], beta: rests[i + 1])
      shares[i] = left * share
      left *= 1 - share
    }
    shares[shares.count - 1] = left
    return shares
  }
}
