// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import TestSupport
import Testing

@Suite struct DistributionTests {
  @Test func integersCoverExactlyTheirRange() {
    var generator = PCG64(SeedSequence(1))
    var counts = [Int](repeating: 0, count: 6)
    for _ in 0..<6000 { counts[generator.integer(in: 1...6) - 1] += 1 }
    let chiSquare = counts.reduce(0.0) { $0 + Double(($1 - 1000) * ($1 - 1000)) / 1000 }
    #expect(chiSquare < 30)  // 5 degrees of freedom: exceeded with probability 1.5e-5
    #expect(generator.integer(in: 5...5) == 5)
    #expect((0..<100).allSatisfy { _ in -3..<0 ~= generator.integer(in: -3..<0) })
  }

  @Test func theWidestRangesDoNotTrap() {
    var generator = Philox4x64(SeedSequence(1))
    _ = generator.integer(in: Int.min...Int.max)
    #expect(generator.integers(in: Int8.min...Int8.max, count: 1000).contains { $0 < 0 })
    #expect(generator.integers(in: UInt64.min...UInt64.max, count: 3).count == 3)
  }

  @Test func aPermutationHoldsEachNumberOnce() {
    var generator = MT19937(SeedSequence(1))
    #expect(generator.permutation(1000).sorted() == Array(0..<1000))
    #expect(generator.permutation(0) == [])
    var letters = Array("abcdef")
    generator.shuffle(&letters)
    #expect(letters.sorted() == Array("abcdef"))
  }

  @Test(arguments: [(10, 10), (1000, 3), (20_020, 6000), (10, 0)])
  func choiceWithoutReplacementNeverRepeats(population: Int, count: Int) {
    var generator = PCG64(SeedSequence(3))
    for isShuffled in [true, false] {
      let chosen = generator.choiceWithoutReplacement(
        from: population, count: count, shuffled: isShuffled)
      #expect(Set(chosen).count == count)
      #expect(chosen.allSatisfy { 0..<population ~= $0 })
    }
  }

  @Test func weightsDecideHowOftenAnIndexIsChosen() {
    var generator = PCG64(SeedSequence(4))
    let chosen = generator.choice(weights: [0, 3, 1], count: 4000)
    #expect(!chosen.contains(0))
    #expect(abs(chosen.count { $0 == 1 } - 3000) < 150)  // 5.5 standard deviations
    #expect(Set(generator.choiceWithoutReplacement(weights: [0, 3, 1], count: 2)) == [1, 2])
  }

  @Test func normalsAndExponentialsHaveTheirMoments() {
    var generator = Philox4x64(SeedSequence(5))
    let n = 100_000.0
    let normals = generator.normals(count: Int(n), mean: 3, standardDeviation: 2)
    let mean = normals.reduce(0, +) / n
    #expect(abs(mean - 3) < 5 * 2 / n.squareRoot())
    let variance = normals.reduce(0) { $0 + ($1 - 3) * ($1 - 3) } / n
    #expect(abs(variance - 4) < 5 * 4 * (2 / n).squareRoot())
    let exponentials = generator.exponentials(count: Int(n), mean: 2)
    #expect(abs(exponentials.reduce(0, +) / n - 2) < 5 * 2 / n.squareRoot())
  }

  @Test(.enabled(if: RealPython.interpreter != nil, Comment(rawValue: RealPython.absence)))
  func multivariateNormalsAreNumPysUpToRounding() throws {
    let program = """
      import numpy
      rng = numpy.random.default_rng(5)
      cov = [[4.0, 1.2, 0.5], [1.2, 2.0, -0.3], [0.5, -0.3, 1.0]]
      for v in rng.multivariate_normal([1, -2, 3], cov, 20, method="cholesky").ravel(): print(repr(float(v)))
      for row in numpy.linalg.cholesky(cov): print(*[repr(float(v)) for v in row])
      """
    let lines = try RealPython.lines(of: program)
    let factor = lines.suffix(3).enumerated().map { i, line in
      line.split(separator: " ").compactMap { Double($0) }.prefix(i + 1).map { $0 }
    }
    var generator = PCG64(SeedSequence(5))
    let mine = (0..<20).flatMap { _ in
      generator.multivariateNormal(mean: [1, -2, 3], cholesky: factor)
    }
    let theirs = lines.prefix(60).compactMap { Double($0) }
    #expect(mine.count == 60 && theirs.count == 60)
    for (a, b) in zip(mine, theirs) { #expect(abs(a - b) <= 4 * b.ulp + 4e-16) }
  }
}
