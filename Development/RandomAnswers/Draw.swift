// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import ApusStatistics

/// What a case draws: a name and its arguments, as written in NumPy's golden vectors.
struct Draw {
  let name: String
  let arguments: [JSONValue]
  private let wanted: Int?

  init?(_ elements: [JSONValue], count: Int?) {
    guard let name = elements.first?.string else { return nil }
    self.name = name
    self.arguments = Array(elements.dropFirst())
    self.wanted = count
  }

  /// The count: the only argument of draws without parameters, or else the case's own count.
  var count: Int? { count(at: 0) }

  /// The most values of a case; one that asks for more is taken for a mistake and left out.
  static let most = 1 << 27

  func count(at index: Int) -> Int? {
    let count = index < arguments.count ? arguments[index].int : wanted
    return count.flatMap { 0...Self.most ~= $0 ? $0 : nil }
  }

  func real(_ index: Int) -> Double? {
    index < arguments.count ? arguments[index].double : nil
  }

  func reals(at index: Int) -> [Double]? {
    guard index < arguments.count, let list = arguments[index].array else { return nil }
    let values = list.compactMap(\.double)
    return values.count == list.count ? values : nil
  }

  private func weights(_ index: Int) -> [Double]? {
    guard let values = reals(at: index) else { return nil }
    let isValid = values.allSatisfy { $0 >= 0 && $0.isFinite }
    return isValid && abs(values.reduce(0, +) - 1) < 1e-8 ? values : nil
  }
}

// MARK: - The new interface

extension Draw {
  /// The values in text form, or nil if the draw is not supported.
  func values<Generator: BitGenerator>(from generator: inout Generator) throws -> [String]? {
    if let reals = reals(from: &generator) { return reals.map(VectorText.text) }
    switch name {
    case "raw": return count.map { n in (0..<n).map { _ in "\(generator.next())" } }
    case "random_f32":
      return count.map { n in (0..<n).map { _ in VectorText.text(generator.uniformFloat()) } }
    case "standard_normal_f32":
      return count.map { n in (0..<n).map { _ in VectorText.text(generator.normalFloat()) } }
    case "integers": return integers(from: &generator)
    case "mixed": return mixed(&generator)
    case "sha256", "mean": return try summary { inner in inner.reals(from: &generator) }
    default:
      return samples(from: &generator)?.map(VectorText.text) ?? variates(from: &generator)
    }
  }

  private func reals<Generator: BitGenerator>(from generator: inout Generator) -> [Double]? {
    switch name {
    case "random": return count.map { generator.uniforms(count: $0) }
    case "standard_normal": return count.map { generator.normals(count: $0) }
    case "standard_exponential": return count.map { generator.exponentials(count: $0) }
    case "standard_exponential_inv":
      return count.map { n in (0..<n).map { _ in generator.exponentialByInversion() } }
    case "exponential":
      guard let mean = real(0), mean >= 0, let n = count(at: 1) else { return nil }
      return generator.exponentials(count: n, mean: mean)
    case "normal":
      guard let mean = real(0), let deviation = real(1), deviation >= 0,
        let n = count(at: 2)
      else { return nil }
      return generator.normals(count: n, mean: mean, standardDeviation: deviation)
    case "uniform":
      guard let low = real(0), let high = real(1), low < high, (high - low).isFinite,
        let n = count(at: 2)
      else { return nil }
      return (0..<n).map { _ in generator.uniform(in: low..<high) }
    default: return nil
    }
  }

  private func samples<Generator: BitGenerator>(from generator: inout Generator) -> [Int]? {
    switch name {
    case "permutation": return count.map { generator.permutation($0) }
    case "shuffle_i64":
      guard var values = count.map({ Array(0..<$0) }) else { return nil }
      generator.shuffle(&values)
      return values
    case "choice", "choice_noreplace", "choice_noreplace_noshuffle", "choice_noreplace_first":
      return choices(from: &generator)
    case "choice_p", "choice_p_noreplace":
      guard let weights = weights(0), let n = count(at: 1) else { return nil }
      if name == "choice_p" { return generator.choice(weights: weights, count: n) }
      guard weights.count(where: { $0 > 0 }) >= n else { return nil }
      return generator.choiceWithoutReplacement(weights: weights, count: n)
    default: return nil
    }
  }

  private func choices<Generator: BitGenerator>(from generator: inout Generator) -> [Int]? {
    guard let population = count(at: 0), let n = count(at: 1), population > 0, n >= 0 else {
      return nil
    }
    if name == "choice" { return generator.choice(from: population, count: n) }
    guard n <= population else { return nil }
    let values = generator.choiceWithoutReplacement(
      from: population, count: n, shuffled: name != "choice_noreplace_noshuffle")
    return name == "choice_noreplace_first" ? Array(values.prefix(count(at: 2) ?? n)) : values
  }

  private func mixed<Generator: BitGenerator>(_ generator: inout Generator) -> [String] {
    var all = (0..<3).map { _ in "\(generator.integer(in: 0...9))" }
    all += (0..<2).map { _ in VectorText.text(generator.uniform()) }
    all += (0..<4).map { _ in "\(generator.integer(in: 0...9))" }
    all += (0..<2).map { _ in VectorText.text(generator.normal()) }
    return all + (0..<3).map { _ in "\(generator.integer(in: 0...999))" }
  }

  /// A digest or a mean of the values that the inner draw gives.
  private func summary(_ reals: (Draw) -> [Double]?) throws -> [String]? {
    guard let inner = Draw(arguments, count: nil), let values = reals(inner) else { return nil }
    return [
      name == "mean" ? VectorText.text(PairwiseSum.mean(values)) : try VectorText.sha256(values)
    ]
  }
}

// MARK: - The legacy interface

extension Draw {
  func values(from state: inout RandomState) throws -> [String]? {
    if let reals = reals(from: &state) { return reals.map(VectorText.text) }
    switch name {
    case "integers": return integers(from: &state)
    case "legacy_mixed": return legacyMixed(&state)
    case "sha256", "mean": return try summary { inner in inner.reals(from: &state) }
    case "tomaxint": return count.map { n in (0..<n).map { _ in "\(state.maximalInteger())" } }
    case "bytes":
      return count.map { n in
        [state.bytes(count: n).map { VectorText.hex(UInt64($0), digits: 2) }.joined()]
      }
    default: return samples(from: &state)?.map(VectorText.text) ?? variates(from: &state)
    }
  }

  private func reals(from state: inout RandomState) -> [Double]? {
    switch name {
    case "random":
      return count.map { n in
        var values = [Double](repeating: 0, count: n)
        state.fillUniform(&values)
        return values
      }
    case "standard_normal": return count.map { normals($0, from: &state) }
    case "standard_exponential": return count.map { n in (0..<n).map { _ in state.exponential() } }
    case "exponential":
      guard let mean = real(0), mean >= 0, let n = count(at: 1) else { return nil }
      return (0..<n).map { _ in state.exponential(mean: mean) }
    case "normal":
      guard let mean = real(0), let deviation = real(1), deviation >= 0,
        let n = count(at: 2)
      else { return nil }
      return normals(n, from: &state).map { mean + deviation * $0 }
    case "uniform":
      guard let low = real(0), let high = real(1), low < high, (high - low).isFinite,
        let n = count(at: 2)
      else { return nil }
      return (0..<n).map { _ in state.uniform(in: low..<high) }
    default: return nil
    }
  }

  private func normals(_ count: Int, from state: inout RandomState) -> [Double] {
    var values = [Double](repeating: 0, count: count)
    state.fillNormal(&values)
    return values
  }

  private func samples(from state: inout RandomState) -> [Int]? {
    switch name {
    case "permutation": return count.map { state.permutation($0) }
    case "shuffle_i64":
      guard var values = count.map({ Array(0..<$0) }) else { return nil }
      state.shuffle(&values)
      return values
    case "choice", "choice_noreplace":
      guard let population = count(at: 0), let n = count(at: 1), population > 0 else { return nil }
      if name == "choice" { return state.choice(from: population, count: n) }
      return n <= population ? state.choiceWithoutReplacement(from: population, count: n) : nil
    case "choice_p", "choice_p_noreplace":
      guard let weights = weights(0), let n = count(at: 1) else { return nil }
      if name == "choice_p" { return state.choice(weights: weights, count: n) }
      guard weights.count(where: { $0 > 0 }) >= n else { return nil }
      return state.choiceWithoutReplacement(weights: weights, count: n)
    default: return nil
    }
  }

  private func legacyMixed(_ state: inout RandomState) -> [String] {
    var all = normals(1, from: &state).map(VectorText.text)
    all += (0..<2).map { _ in VectorText.text(state.uniform()) }
    all += normals(2, from: &state).map(VectorText.text)
    all += (0..<3).map { _ in "\(state.integer(in: 0...99))" }
    return all + normals(3, from: &state).map(VectorText.text)
  }
}
