// Part of Apus, Apache-2.0. See LICENSE.

extension BitGenerator {
  /// `count` of the numbers 0..<`population`, each equally likely, with replacement.
  ///
  /// - Parameters:
  ///   - population: at least 1.
  ///   - count: how many to draw.
  /// - Complexity: O(`count`).
  /// - Compatibility: `choice(population, count)` of NumPy, bit for bit.
  public mutating func choice(_ population: Int, count: Int) -> [Int] {
    precondition(population > 0, "Cannot choose from a population of \(population).")
    return integers(in: 0...(population - 1), count: count)
  }

  /// `count` different numbers of 0..<`population`.
  ///
  /// - Parameters:
  ///   - population: at least `count`.
  ///   - count: how many to draw.
  ///   - shuffled: whether their order is random too; default true. Without, it is faster and only
  ///     the set is random.
  /// - Complexity: O(`count`), or O(`population`) if more than a fiftieth is drawn from more than
  ///   10,000.
  /// - Compatibility: `choice(population, count, replace=False, shuffle=…)` of NumPy; of R's generators
  ///   `sample.int(population, count) - 1`, whose order is always random.
  public mutating func choiceWithoutReplacement(
    _ population: Int, count: Int, shuffled: Bool = true
  ) -> [Int] {
    precondition(
      0...population ~= count, "Cannot choose \(count) different ones of \(population).")
    if Self.rules == .r { return choiceByRsRule(population, count) }
    let isLarge = population > 10_000 && count > population / (shuffled ? 50 : 20)
    return isLarge
      ? tailShuffle(population, count) : floydSample(population, count, shuffled: shuffled)
  }

  /// `count` indices, index `i` with probability `weights[i]`, with replacement.
  ///
  /// - Parameters:
  ///   - weights: not negative, with a positive, finite sum; they need not sum to 1.
  ///   - count: how many to draw.
  /// - Complexity: O(weights.count + `count` · log weights.count).
  /// - Compatibility: `choice(len(p), count, p=p)` of NumPy, bit for bit.
  public mutating func choice(weights: [Double], count: Int) -> [Int] {
    let cumulative = CumulativeWeights(weights)
    return (0..<count).map { _ in cumulative.index(of: nextDouble()) }
  }

  /// `count` different indices, drawn one after the other with probability by weight.
  ///
  /// - Parameters:
  ///   - weights: not negative, finite, at least `count` of them positive.
  ///   - count: how many to draw.
  /// - Compatibility: `choice(len(p), count, replace=False, p=p)` of NumPy, bit for bit.
  public mutating func choiceWithoutReplacement(weights: [Double], count: Int) -> [Int] {
    precondition(
      weights.count { $0 > 0 } >= count,
      "Cannot choose \(count) different ones: fewer weights are positive.")
    var rest = weights
    var found: [Int] = []
    while found.count < count {
      let uniforms = (found.count..<count).map { _ in nextDouble() }
      for i in found { rest[i] = 0 }
      let cumulative = CumulativeWeights(rest)
      var fresh: [Int] = []
      for i in uniforms.map(cumulative.index) where !fresh.contains(i) { fresh.append(i) }
      found += fresh
    }
    return found
  }
}

extension BitGenerator {
  /// R's rule: from more than ten million, values that were drawn before are drawn again; else from a
  /// shrinking list whose last element takes the place of the drawn one.
  mutating func choiceByRsRule(_ population: Int, _ count: Int) -> [Int] {
    if population > 10_000_000 && count <= population / 2 {
      var taken: Set<Int> = []
      return (0..<count).map { _ in
        var value = integer(in: 0...(population - 1))
        while !taken.insert(value).inserted { value = integer(in: 0...(population - 1)) }
        return value
      }
    }
    var rest = Array(0..<population)
    return (0..<count).map { _ in
      let place = integer(in: 0...(rest.count - 1))
      let value = rest[place]
      rest[place] = rest[rest.count - 1]
      rest.removeLast()
      return value
    }
  }

  private mutating func tailShuffle(_ population: Int, _ count: Int) -> [Int] {
    var values = Array(0..<population)
    for i in stride(from: population - 1, through: max(population - count, 1), by: -1) {
      values.swapAt(i, integer(in: 0...i))
    }
    return Array(values.suffix(count))
  }

  /// Floyd's sampling: for a fresh last index take a number below it, or itself if that is taken.
  private mutating func floydSample(_ population: Int, _ count: Int, shuffled: Bool) -> [Int] {
    var taken: Set<Int> = []
    var values = (population - count..<population).map { last in
      let candidate = integer(in: 0...last)
      let value = taken.insert(candidate).inserted ? candidate : last
      taken.insert(value)
      return value
    }
    if shuffled {
      for i in stride(from: count - 1, to: 0, by: -1) { values.swapAt(i, integer(in: 0...i)) }
    }
    return values
  }
}

/// Weights summed left to right and divided by the sum, searched as NumPy does.
struct CumulativeWeights {
  private let sums: [Double]

  init(_ weights: [Double]) {
    precondition(
      weights.allSatisfy { $0 >= 0 && $0.isFinite }, "Weights must be finite and not negative.")
    var sum = 0.0
    let sums = weights.map { weight in
      sum += weight
      return sum
    }
    precondition(
      sum > 0 && sum.isFinite, "At least one weight must be positive, and their sum finite.")
    self.sums = sums.map { $0 / sum }
  }

  /// The first index whose cumulative weight exceeds `u`.
  func index(of u: Double) -> Int {
    var low = 0
    var high = sums.count
    while low < high {
      let middle = (low + high) / 2
      if u < sums[middle] { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
