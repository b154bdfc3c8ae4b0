// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusRandom
import TestSupport
import Testing

@Suite struct ParallelReduceTests {
  private static let values: [Double] = {
    var generator = PCG64(SeedSequence(1))
    return generator.normals(count: 50_001, mean: 0, standardDeviation: 1e6)
  }()

  @Test(arguments: [0, 1, 2, 1023, 1024, 1025, 50_001])
  func everyRoundingIsTheSameAtAnyWidth(count: Int) {
    let values = Array(Self.values.prefix(count))
    let sums = workerCounts.map { workers in
      values.parallelReduce(0.0, workers: workers, transform: { $0 }, combine: +).bitPattern
    }
    #expect(Set(sums).count == 1)
  }

  @Test(arguments: workerCounts)
  func combinationKeepsTheOrder(workers: Int) {
    let text = (0..<3000).parallelReduce("", workers: workers, transform: { "\($0)," }, combine: +)
    #expect(text == (0..<3000).map { "\($0)," }.joined())
  }

  @Test(arguments: workerCounts)
  func aFailureNamesTheElement(workers: Int) async {
    struct Mistake: Error {}
    let failure = #expect(throws: TaskFailure.self) {
      try (0..<5000).parallelReduce(
        0, workers: workers, transform: { i throws in if i >= 1234 { throw Mistake() } else { i } },
        combine: +)
    }
    #expect(failure?.index == 1234)
    #expect(failure?.underlying is Mistake)
    let later = await #expect(throws: TaskFailure.self) {
      try await (0..<5000).parallelReduce(
        0, workers: workers, transform: { i in if i >= 1234 { throw Mistake() } else { i } },
        combine: +)
    }
    #expect(later?.index == 1234)
  }
}
