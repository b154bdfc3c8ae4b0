// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import Testing

@Suite struct AwkwardRangeTests {
  @Test func uniformNumbersOfTheWidestRangesLieInThem() {
    var rng = PCG64(SeedSequence(1))
    for range in [-1e308..<1e308, -Double.greatestFiniteMagnitude..<Double.greatestFiniteMagnitude]
    {
      let values = (0..<1000).map { _ in rng.uniform(in: range) }
      #expect(values.allSatisfy { range.contains($0) })
      #expect(
        values.contains { $0 < range.lowerBound / 2 }
          && values.contains { $0 > range.upperBound / 2 })
    }
    let narrow = 1.0..<1.0.nextUp
    #expect((0..<100).allSatisfy { _ in 1...1.0.nextUp ~= rng.uniform(in: narrow) })
  }

  @Test func manyChosenIndicesAreDifferent() {
    // That they are NumPy's is tested with golden vectors.
    var rng = PCG64(SeedSequence(7))
    let weights = (0..<200_000).map { Double($0 % 10 + 1) }
    let found = rng.choiceWithoutReplacement(weights: weights, count: 100_000)
    #expect(Set(found).count == 100_000)
  }

  // StatsBase 238 and 265: an index without weight was chosen.
  @Test func indicesWithoutWeightAreNeverChosen() {
    var rng = PCG64(SeedSequence(3))
    for _ in 0..<100 {
      #expect(rng.choiceWithoutReplacement(weights: [0, 0, 1], count: 1) == [2])
      #expect(rng.choice(weights: [0, 0, 1], count: 2) == [2, 2])
      let half = rng.choiceWithoutReplacement(weights: [0, 0, 0, 1, 1, 1], count: 3)
      #expect(half.sorted() == [3, 4, 5])
    }
  }
}
