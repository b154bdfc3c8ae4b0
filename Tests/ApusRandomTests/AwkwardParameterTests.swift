// Part of Apus, Apache-2.0. See LICENSE.
import Testing

@testable import ApusRandom

/// Distributions answer for any parameters that they allow, with a number of the right kind: never with a trap or without an end.
struct AwkwardParameterTests {
  private static let awkward: [Double] = [
    0, -0.0, .leastNonzeroMagnitude, .leastNormalMagnitude, 1e-300, 1e-8, 0.5, 1, 1.0.nextUp, 2,
    1e8,
    1e300, .greatestFiniteMagnitude, .infinity,
  ]

  private var generator = PCG64(SeedSequence(1))

  /// Draws a few numbers for each pair of awkward parameters that satisfies a condition.
  private mutating func draw(
    where isAllowed: (Double, Double) -> Bool, _ body: (inout PCG64, Double, Double) -> Double,
    _ isRight: (Double) -> Bool
  ) {
    for first in Self.awkward {
      for second in Self.awkward where isAllowed(first, second) {
        for _ in 0..<5 {
          let value = body(&generator, first, second)
          // Where a parameter is infinite, so can the number be, or there is none.
          let isLoose = first.isInfinite || second.isInfinite
          #expect(isRight(value) || (isLoose && value.isNaN), "\(first), \(second): \(value)")
        }
      }
    }
  }

  @Test
  mutating func positiveNumbersStayPositive() {
    draw(where: { $0 >= 0 && $1 >= 0 }, { $0.gamma(shape: $1, scale: $2) }, { $0 >= 0 })
    draw(where: { $0 >= 0 && $1 > 0 }, { $0.weibull(shape: $1, scale: $2) }, { $0 >= 0 })
    draw(where: { first, _ in first > 0 }, { g, a, _ in g.pareto(shape: a) }, { $0 >= 0 })
    draw(where: { first, _ in first >= 0 }, { g, a, _ in g.rayleigh(scale: a) }, { $0 >= 0 })
    draw(
      where: { first, _ in first > 0 }, { g, a, _ in g.chiSquare(degreesOfFreedom: a) }, { $0 >= 0 }
    )
    // As in NumPy there is no quotient of two deviates that both underflow or overflow.
    draw(where: { $0 > 0 && $1 > 0 }, { $0.fisherF(numerator: $1, denominator: $2) }) {
      $0 >= 0 || $0.isNaN
    }
    draw(where: { $0 >= 0 && $1 >= 0 }, { $0.logNormal(logMean: $1, logStandardDeviation: $2) }) {
      $0 >= 0
    }
    draw(where: { _, second in second >= 0 }, { g, _, b in g.exponentials(count: 1, mean: b)[0] }) {
      $0 >= 0
    }
  }

  @Test
  mutating func sharesStayBetweenNoneAndAll() {
    draw(where: { $0 > 0 && $1 > 0 }, { $0.beta(alpha: $1, beta: $2) }, { 0...1 ~= $0 })
    // As in NumPy the shares of concentrations whose sum overflows are 0.
    draw(where: { $0 > 0 && $1 > 0 }, { $0.dirichlet([$1, $2]).reduce(0, +) }) {
      abs($0 - 1) < 1e-12 || $0 == 0
    }
  }

  @Test
  mutating func numbersOfTheWholeLineAreNumbers() {
    draw(where: { $1 >= 0 }, { $0.logistic(location: $1, scale: $2) }, { !$0.isNaN })
    draw(where: { $1 >= 0 }, { $0.laplace(location: $1, scale: $2) }, { !$0.isNaN })
    draw(where: { $1 >= 0 }, { $0.gumbel(location: $1, scale: $2) }, { !$0.isNaN })
    draw(
      where: { first, _ in first > 1e-300 }, { g, a, _ in g.studentT(degreesOfFreedom: a) },
      { !$0.isNaN })
    draw(
      where: { first, second in first < .pi && second >= 0 },
      { $0.vonMises(mean: $1, concentration: $2) }, { -Double.pi...Double.pi ~= $0 })
    draw(where: { first, second in first < second && second.isFinite }) { g, a, b in
      g.triangular(in: a...b, mode: b)
    } _: {
      $0 >= 0
    }
  }

  @Test
  mutating func countsAreNotNegative() {
    draw(
      where: { first, _ in first > 0 && first <= 1 },
      { g, a, _ in Double(g.geometric(probability: a)) }, { $0 >= 1 })
    draw(where: { first, _ in first > 1 }, { g, a, _ in Double(g.zipf(exponent: a)) }, { $0 >= 1 })
    draw(
      where: { first, _ in first <= 9.2e18 }, { g, a, _ in Double(g.poisson(mean: a)) },
      { $0 >= 0 })
    for trials in [0, 1, 2, 1 << 40, Int.max] {
      draw(where: { _, second in second <= 1 }) { g, _, p in
        let count = g.binomial(trials: trials, probability: p)
        return 0...trials ~= count ? 1 : -1
      } _: {
        $0 == 1
      }
    }
  }
}
