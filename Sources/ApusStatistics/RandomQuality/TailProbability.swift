// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom

/// Probabilities of values at least as extreme as an observed one.
enum TailProbability {
  /// The probability of a normal deviate at least `z` from 0 on either side.
  static func normalTwoSided(_ z: Double) -> Double { Libm.erfc(z / 2.0.squareRoot()) }

  /// The probability of a chi-square at least as large, by Wilson and Hilferty's approximation (1931).
  ///
  /// The cube root is nearly normal; accurate to a few percent of p for many degrees of freedom.
  static func chiSquare(_ value: Double, degreesOfFreedom df: Double) -> Double {
    let root = Libm.cbrt(value / df)
    let z = (root - (1 - 2 / (9 * df))) / (2 / (9 * df)).squareRoot()
    return 0.5 * Libm.erfc(z / 2.0.squareRoot())
  }

  /// The probability of a Poisson count at least as large.
  static func poissonUpper(_ count: Int, mean: Double) -> Double {
    if count == 0 { return 1 }
    // Sums terms from the count up until they no longer matter; the first by logarithms.
    var term = Libm.exp(-mean + Double(count) * Libm.log(mean) - logFactorial(count))
    var sum = 0.0
    var k = Double(count)
    while term > sum * 1e-17 && term > 0 {
      sum += term
      k += 1
      term *= mean / k
    }
    return Double(count) > mean ? min(1, sum) : max(0, 1 - poissonLower(count - 1, mean: mean))
  }

  /// The probability of a Poisson count at most as large.
  static func poissonLower(_ count: Int, mean: Double) -> Double {
    if Double(count) > mean { return 1 - poissonUpper(count + 1, mean: mean) }
    var term = Libm.exp(-mean + Double(count) * Libm.log(mean) - logFactorial(count))
    var sum = 0.0
    var k = Double(count)
    while term > sum * 1e-17 && k >= 0 {
      sum += term
      term *= k / mean
      k -= 1
    }
    return min(1, sum)
  }

  /// Twice the smaller of the two Poisson tails, at most 1.
  static func poissonTwoSided(_ count: Int, mean: Double) -> Double {
    min(1, 2 * min(poissonUpper(count, mean: mean), poissonLower(count, mean: mean)))
  }

  private static func logFactorial(_ count: Int) -> Double { LogGamma.logFactorial(count) }
}
