// Part of Apus, Apache-2.0. See LICENSE.

extension VariateGenerator {
  /// A binomial count, by inversion or, from 30 expected successes on, by BTPE (Kachitvichyanukul and
  /// Schmeiser 1988).
  ///
  /// - Parameters:
  ///   - trials: not negative.
  ///   - probability: the probability of success in each trial, in 0...1.
  /// - Complexity: O(1) expected, O(`trials` · `probability`) below 30.
  /// - Compatibility: `binomial(n, p)` of NumPy 2.4, bit for bit on x86-64 Linux; elsewhere a value
  ///   differs with probability about 1e-14.
  ///   NumPy 2.5 changed a term in its `Generator`, which therefore accepts a different point in 0 to 6 of
  ///   100,000 draws by BTPE.
  public mutating func binomial(trials: Int, probability: Double) -> Int {
    require(
      trials >= 0 && 0...1 ~= probability,
      "Binomial: trials must be at least 0 and the probability in 0...1.")
    if !Self.isLegacy && (trials == 0 || probability == 0) { return 0 }
    if probability > 0.5 { return trials - rareSuccesses(trials, 1 - probability) }
    return rareSuccesses(trials, probability)
  }

  /// A multinomial deviate: how often each of several outcomes occurs.
  ///
  /// - Parameters:
  ///   - trials: not negative.
  ///   - probabilities: at least one, not negative, with a sum of 1 up to rounding; the last one is taken to
  ///     be the remainder of the others.
  /// - Returns: one count per outcome; they sum to `trials`.
  /// - Complexity: O(probabilities.count) binomials.
  /// - Compatibility: `multinomial(n, pvals)` of NumPy, as ``binomial(trials:probability:)``.
  public mutating func multinomial(trials: Int, probabilities: [Double]) -> [Int] {
    require(
      trials >= 0 && !probabilities.isEmpty && probabilities.allSatisfy { 0...1 ~= $0 }
        && probabilities.dropLast().reduce(0, +) <= 1 + 1e-12,
      "Multinomial: trials must be at least 0 and the probabilities sum to 1.")
    var counts = [Int](repeating: 0, count: probabilities.count)
    var left = trials
    var rest = 1.0
    for (i, probability) in probabilities.dropLast().enumerated() {
      counts[i] = binomial(trials: left, probability: min(probability / rest, 1))
      left -= counts[i]
      if left <= 0 { return counts }
      rest -= probability
    }
    counts[counts.count - 1] = left
    return counts
  }

  /// A binomial count for a probability of at most one half.
  private mutating func rareSuccesses(_ trials: Int, _ probability: Double) -> Int {
    guard probability * Double(trials) <= 30 else {
      let rejection = BinomialRejection(trials, probability)
      while true {
        if let count = rejection.count(nextDouble(), nextDouble()) { return count }
      }
    }
    return binomialByInversion(trials, probability)
  }

  private mutating func binomialByInversion(_ trials: Int, _ p: Double) -> Int {
    let n = Double(trials)
    let q = 1 - p
    let none = Libm.exp(n * (Self.isLegacy ? Libm.log(q) : Libm.log1p(-p)))
    let bound = Int(min(n, n * p + 10 * (n * p * q + 1).squareRoot()))
    var count = 0
    var mass = none
    var u = nextDouble()
    while u > mass {
      count += 1
      if count > bound {
        count = 0
        mass = none
        u = nextDouble()
      } else {
        u -= mass
        mass = (Double(trials - count + 1) * p * mass) / (Double(count) * q)
      }
    }
    return count
  }
}
