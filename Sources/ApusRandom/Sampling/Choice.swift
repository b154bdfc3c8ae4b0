// Part of Apus, Apache-2.0. See LICENSE.

extension BitGenerator {
  /// `count` numbers from 0..<`population`, all equally likely, with replacement.
  ///
  /// - Parameters:
  ///   - population: at least 1.
  ///   - count: how many to draw.
  /// - Complexity: O(`count`).
  /// - Compatibility: `choice(population, count)` of NumPy, bit for bit.
  public mutating func choice(from population: Int, count: Int) -> [Int] {
    require(population > 0, "Cannot choose from a population of \(population).")
    return integers(in: 0...(population - 1), count: count)
  }

  /// `count` different numbers from 0..<`population`.
  ///
  /// - Parameters:
  ///   - population: at least `count`.
  ///   - count: how many to draw.
  ///   - shuffled: whether their order is random too; default true. If false, drawing is faster and only the
  ///     set is random.
  /// - Complexity: O(`count`), or O(`population`) if more than a fiftieth is drawn from more than
  ///   10,000.
  /// - Compatibility: `choice(population, count, replace=False, shuffle=…)` of NumPy; for R's
  ///   generators, `sample.int(population, count) - 1`, whose order is always random.
  public mutating func choiceWithoutReplacement(
    from population: Int, count: Int, shuffled: Bool = true
  ) -> [Int] {
    require(
      0...population ~= count, "Cannot choose \(count) different numbers from \(population).")
    if Self.rules == .r { return sampleLikeR(population, count) }
    let isLarge = population > 10_000 && count > population / (shuffled ? 50 : 20)
    return isLarge
      ? tailShuffle(population, count) : floydSample(population, count, shuffled: shuffled)
  }

  /// `count` indices with replacement, index `i` with probability proportional to `weights[i]`.
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

  /// `count` different indices, drawn one after the other with probabilities proportional to their weights.
  ///
  /// - Parameters:
  ///   - weights: not negative, finite, at least `count` of them positive.
  ///   - count: how many to draw.
  /// - Complexity: O(*r* · (weights.count + `count` · log weights.count)) for *r* rounds, each of which draws for the indices
  ///   that the one before drew twice; a few unless few weights have nearly all the sum.
  /// - Compatibility: `choice(len(p), count, replace=False, p=p)` of NumPy, bit for bit.
  public mutating func choiceWithoutReplacement(weights: [Double], count: Int) -> [Int] {
    require(
      weights.count { $0 > 0 } >= count,
      "Cannot choose \(count) different indices: fewer weights are positive.")
    var rest = weights
    var found: [Int] = []
    var isFound = [Bool](repeating: false, count: weights.count)
    while found.count < count {
      let uniforms = (found.count..<count).map { _ in nextDouble() }
      for i in found { rest[i] = 0 }
      let cumulative = CumulativeWeights(rest)
      for i in uniforms.map(cumulative.index) where !isFound[i] {
        isFound[i] = true
        found.append(i)
      }
    }
    return found
  }
}

extension BitGenerator {
  /// Chooses by R's rule: by redrawing repeated values when at most half of more than ten million numbers are
  /// wanted, otherwise from a shrinking list in which the last element replaces the drawn one.
  mutating func sampleLikeR(_ population: Int, _ count: Int) -> [Int] {
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
      let position = integer(in: 0...(rest.count - 1))
      let value = rest[position]
      rest[position] = rest[rest.count - 1]
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

  /// Floyd's algorithm: for each successive last index, takes a random number up to it, or the index itself
  /// if that number is taken.
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

/// Cumulative weights, summed left to right, divided by the total and searched as in NumPy.
struct CumulativeWeights {
  private let sums: [Double]

  init(_ weights: [Double]) {
    require(
      weights.allSatisfy { $0 >= 0 && $0.isFinite }, "Weights must be finite and not negative.")
    var sum = 0.0
    let sums = weights.map { weight in
      sum += weight
      return sum
    }
    require(
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
