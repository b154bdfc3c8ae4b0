// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom

/// A distribution that `apus random` can draw from, with arguments in NumPy's order.
struct Variate: Sendable {
  /// One draw: several values for vectors.
  enum Value: Sendable {
    case words([UInt64])
    case narrow(UInt32)
    case integers([Int])
    case reals([Double])
  }

  typealias Draw = @Sendable (inout any VariateGenerator, [Double]) -> Value

  let name: String
  /// The form in which it is written.
  let usage: String
  private let counts: ClosedRange<Int>
  private let isValid: @Sendable ([Double]) -> Bool
  let draw: Draw

  /// Returns what is wrong with arguments; nil if they are valid.
  func complaint(_ arguments: [Double]) -> String? {
    if !(counts ~= arguments.count) {
      return "it takes \(counts.lowerBound)"
        + (counts.count > 1 ? " to \(counts.upperBound)" : "") + " numbers, not \(arguments.count)"
    }
    return isValid(arguments) ? nil : "the numbers are out of range"
  }

  static func named(_ name: String) -> Variate? { all.first { $0.name == name } }

  /// All usages, for help and errors.
  static var usages: String { all.map(\.usage).joined(separator: ", ") }

  private init(
    _ usage: String, _ counts: ClosedRange<Int> = 0...0,
    if isValid: @escaping @Sendable ([Double]) -> Bool = { _ in true }, draw: @escaping Draw
  ) {
    self.usage = usage
    name = String(usage.prefix { $0 != "(" })
    self.counts = counts
    self.isValid = isValid
    self.draw = draw
  }

  private static func real(
    _ usage: String, _ counts: ClosedRange<Int> = 0...0,
    if isValid: @escaping @Sendable ([Double]) -> Bool = { _ in true },
    draw: @escaping @Sendable (inout any VariateGenerator, [Double]) -> Double
  ) -> Variate {
    Variate(usage, counts, if: isValid) { .reals([draw(&$0, $1)]) }
  }

  private static func integer(
    _ usage: String, _ counts: ClosedRange<Int> = 0...0,
    if isValid: @escaping @Sendable ([Double]) -> Bool = { _ in true },
    draw: @escaping @Sendable (inout any VariateGenerator, [Double]) -> Int
  ) -> Variate {
    Variate(usage, counts, if: isValid) { .integers([draw(&$0, $1)]) }
  }
}

extension Variate {
  static let all: [Variate] = uniforms + reals + locations + integers + vectors

  private static let uniforms: [Variate] = [
    Variate("words") { rng, _ in .words([rng.next()]) },
    Variate("words32") { rng, _ in .narrow(rng.nextUInt32()) },
    real(
      "uniform(low,high)", 0...2,
      if: { $0.count != 1 && ($0.isEmpty || ($0[0] < $0[1] && ($0[1] - $0[0]).isFinite)) }
    ) {
      $1.isEmpty ? $0.nextDouble() : $1[0] + ($1[1] - $1[0]) * $0.nextDouble()
    },
    real("normal(mean,sd)", 0...2, if: { $0.count != 1 && ($0.isEmpty || $0[1] >= 0) }) {
      $1.isEmpty ? $0.normal() : $0.normal(mean: $1[0], standardDeviation: $1[1])
    },
    real("exponential(mean)", 0...1, if: nonnegative) { $0.exponential() * ($1.first ?? 1) },
    integer("integers(low,high)", 2...2, if: { $0.allSatisfy(isWhole) && $0[0] < $0[1] }) {
      $0.integer(in: Int($1[0])...(Int($1[1]) - 1))
    },
  ]

  private static let reals: [Variate] = [
    real("gamma(shape,scale)", 1...2, if: nonnegative) {
      $0.gamma(shape: $1[0], scale: $1.count > 1 ? $1[1] : 1)
    },
    real("beta(a,b)", 2...2, if: positive) { $0.beta(alpha: $1[0], beta: $1[1]) },
    real("chisquare(df)", 1...1, if: positive) { $0.chiSquare(degreesOfFreedom: $1[0]) },
    real("t(df)", 1...1, if: positive) { $0.studentT(degreesOfFreedom: $1[0]) },
    real("f(df1,df2)", 2...2, if: positive) { $0.fisherF(numerator: $1[0], denominator: $1[1]) },
    real("weibull(shape)", 1...1, if: nonnegative) { $0.weibull(shape: $1[0]) },
    real("pareto(shape)", 1...1, if: positive) { $0.pareto(shape: $1[0]) },
    real("rayleigh(scale)", 1...1, if: nonnegative) { $0.rayleigh(scale: $1[0]) },
    real(
      "triangular(left,mode,right)", 3...3,
      if: { $0[0] < $0[2] && $0[0] <= $0[1] && $0[1] <= $0[2] }
    ) { $0.triangular(in: $1[0]...$1[2], mode: $1[1]) },
  ]

  private static let locations: [Variate] = [
    real("lognormal(mean,sd)", 2...2, if: scaled) {
      $0.logNormal(logMean: $1[0], logStandardDeviation: $1[1])
    },
    real("logistic(loc,scale)", 2...2, if: scaled) { $0.logistic(location: $1[0], scale: $1[1]) },
    real("laplace(loc,scale)", 2...2, if: scaled) { $0.laplace(location: $1[0], scale: $1[1]) },
    real("gumbel(loc,scale)", 2...2, if: scaled) { $0.gumbel(location: $1[0], scale: $1[1]) },
    real("vonmises(mean,kappa)", 2...2, if: scaled) {
      $0.vonMises(mean: $1[0], concentration: $1[1])
    },
  ]

  private static let integers: [Variate] = [
    integer("poisson(mean)", 1...1, if: { 0...9.2e18 ~= $0[0] }) { $0.poisson(mean: $1[0]) },
    integer("geometric(p)", 1...1, if: { isProbability($0[0]) && $0[0] > 0 }) {
      $0.geometric(probability: $1[0])
    },
    integer("binomial(n,p)", 2...2, if: { isCount($0[0]) && isProbability($0[1]) }) {
      $0.binomial(trials: Int($1[0]), probability: $1[1])
    },
    integer(
      "negative_binomial(n,p)", 2...2,
      if: {
        $0[0] > 0 && $0[1] > 0 && isProbability($0[1])
          && PCG64.isNegativeBinomialInRange($0[0], (1 - $0[1]) / $0[1])
      }
    ) { $0.negativeBinomial(successes: $1[0], probability: $1[1]) },
    integer(
      "hypergeometric(good,bad,draws)", 3...3,
      if: { $0.allSatisfy { isCount($0) && $0 < 1e9 } && $0[2] <= $0[0] + $0[1] }
    ) { $0.hypergeometric(good: Int($1[0]), bad: Int($1[1]), draws: Int($1[2])) },
    integer("zipf(a)", 1...1, if: { $0[0] > 1 }) { $0.zipf(exponent: $1[0]) },
  ]

  private static let vectors: [Variate] = [
    Variate("permutation(n)", 1...1, if: { isCount($0[0]) && $0[0] <= 1e8 }) {
      .integers($0.permutation(Int($1[0])))
    },
    Variate("dirichlet(a1,a2,…)", 1...1000, if: positive) { .reals($0.dirichlet($1)) },
    Variate(
      "multinomial(n,p1,p2,…)", 2...1000,
      if: {
        isCount($0[0]) && $0.dropFirst().allSatisfy(isProbability)
          && $0.dropFirst().dropLast().reduce(0, +) <= 1 + 1e-12
      }
    ) { .integers($0.multinomial(trials: Int($1[0]), probabilities: Array($1.dropFirst()))) },
  ]

  @Sendable private static func positive(_ values: [Double]) -> Bool {
    values.allSatisfy { $0 > 0 }
  }
  @Sendable private static func nonnegative(_ values: [Double]) -> Bool {
    values.allSatisfy { $0 >= 0 }
  }
  @Sendable private static func scaled(_ values: [Double]) -> Bool { values[1] >= 0 }
  @Sendable private static func isProbability(_ value: Double) -> Bool { 0...1 ~= value }
  @Sendable private static func isWhole(_ value: Double) -> Bool {
    value == value.rounded() && abs(value) <= 0x1p53
  }
  @Sendable private static func isCount(_ value: Double) -> Bool { value >= 0 && isWhole(value) }
}
