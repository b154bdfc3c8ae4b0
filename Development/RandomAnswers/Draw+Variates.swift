// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom

/// The distributions that both interfaces share; arguments in NumPy's order, the count last.
extension Draw {
  func variates<Generator: VariateGenerator>(from generator: inout Generator) -> [String]? {
    if let reals = reals(from: &generator) { return reals.map(VectorText.text) }
    return counts(from: &generator)?.map(VectorText.text)
  }

  // MARK: Reals

  private func reals<Generator: VariateGenerator>(from generator: inout Generator) -> [Double]? {
    switch name {
    case "standard_gamma": return repeated(1, &generator, nonnegative) { $0.gamma(shape: $1[0]) }
    case "gamma":
      return repeated(2, &generator, nonnegative) { $0.gamma(shape: $1[0], scale: $1[1]) }
    case "beta": return repeated(2, &generator, positive) { $0.beta(alpha: $1[0], beta: $1[1]) }
    case "chisquare":
      return repeated(1, &generator, positive) { $0.chiSquare(degreesOfFreedom: $1[0]) }
    case "standard_t":
      return repeated(1, &generator, positive) { $0.studentT(degreesOfFreedom: $1[0]) }
    case "f":
      return repeated(2, &generator, positive) {
        $0.fisherF(numerator: $1[0], denominator: $1[1])
      }
    case "lognormal":
      return repeated(2, &generator, { $0[1] >= 0 }) {
        $0.logNormal(logMean: $1[0], logStandardDeviation: $1[1])
      }
    case "dirichlet":
      guard let parameters = reals(at: 0), !parameters.isEmpty, positive(parameters) else {
        return nil
      }
      return count(at: 1).map { n in (0..<n).flatMap { _ in generator.dirichlet(parameters) } }
    default: return formulas(from: &generator)
    }
  }

  private func formulas<Generator: VariateGenerator>(from generator: inout Generator) -> [Double]? {
    switch name {
    case "weibull": return repeated(1, &generator, nonnegative) { $0.weibull(shape: $1[0]) }
    case "pareto": return repeated(1, &generator, positive) { $0.pareto(shape: $1[0]) }
    case "rayleigh": return repeated(1, &generator, nonnegative) { $0.rayleigh(scale: $1[0]) }
    case "logistic":
      return repeated(2, &generator, scaled) { $0.logistic(location: $1[0], scale: $1[1]) }
    case "laplace":
      return repeated(2, &generator, scaled) { $0.laplace(location: $1[0], scale: $1[1]) }
    case "gumbel":
      return repeated(2, &generator, scaled) { $0.gumbel(location: $1[0], scale: $1[1]) }
    case "vonmises":
      return repeated(2, &generator, scaled) { $0.vonMises(mean: $1[0], concentration: $1[1]) }
    case "triangular":
      return repeated(3, &generator, { $0[0] < $0[2] && $0[0] <= $0[1] && $0[1] <= $0[2] }) {
        $0.triangular(in: $1[0]...$1[2], mode: $1[1])
      }
    default: return nil
    }
  }

  private func scaled(_ values: [Double]) -> Bool { values[1] >= 0 }
  private func positive(_ values: [Double]) -> Bool { values.allSatisfy { $0 > 0 } }
  private func nonnegative(_ values: [Double]) -> Bool { values.allSatisfy { $0 >= 0 } }

  // MARK: Counts

  private func counts<Generator: VariateGenerator>(from generator: inout Generator) -> [Int]? {
    switch name {
    case "poisson":
      return repeated(1, &generator, { 0...9.2e18 ~= $0[0] }) { $0.poisson(mean: $1[0]) }
    case "geometric":
      return repeated(1, &generator, { $0[0] > 0 && $0[0] <= 1 }) {
        $0.geometric(probability: $1[0])
      }
    case "zipf": return repeated(1, &generator, { $0[0] > 1 }) { $0.zipf(exponent: $1[0]) }
    case "negative_binomial":
      return repeated(2, &generator, { isNegativeBinomial($0) }) {
        $0.negativeBinomial(successes: $1[0], probability: $1[1])
      }
    case "binomial":
      return repeated(2, &generator, { whole($0[0]) && 0...1 ~= $0[1] }) {
        $0.binomial(trials: Int($1[0]), probability: $1[1])
      }
    case "hypergeometric":
      return repeated(3, &generator, { $0.allSatisfy(whole) && $0[2] <= $0[0] + $0[1] }) {
        $0.hypergeometric(good: Int($1[0]), bad: Int($1[1]), draws: Int($1[2]))
      }
    case "multinomial":
      guard let trials = real(0), whole(trials), let parts = reals(at: 1), !parts.isEmpty,
        parts.allSatisfy({ 0...1 ~= $0 }), parts.dropLast().reduce(0, +) <= 1 + 1e-12
      else { return nil }
      return count(at: 2).map { n in
        (0..<n).flatMap { _ in
          generator.multinomial(trials: Int(trials), probabilities: parts)
        }
      }
    default: return nil
    }
  }

  private func isNegativeBinomial(_ values: [Double]) -> Bool {
    values[0] > 0 && values[1] > 0 && values[1] <= 1
      && PCG64.isNegativeBinomialInRange(values[0], (1 - values[1]) / values[1])
  }

  private func whole(_ value: Double) -> Bool {
    value >= 0 && value < 1e9 && value == value.rounded()
  }

  /// Repeated draws with the first `arity` arguments; nil unless these are finite numbers that pass
  /// `isValid`.
  private func repeated<Generator, Value>(
    _ arity: Int, _ generator: inout Generator, _ isValid: ([Double]) -> Bool,
    _ draw: (inout Generator, [Double]) -> Value
  ) -> [Value]? {
    let parameters = (0..<arity).compactMap(real)
    guard parameters.count == arity, parameters.allSatisfy(\.isFinite), isValid(parameters),
      let n = count(at: arity)
    else { return nil }
    return (0..<n).map { _ in draw(&generator, parameters) }
  }
}
