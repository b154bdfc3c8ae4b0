// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusRandom
import ApusStatistics
import Foundation
import TestSupport
import Testing

@Suite struct ResamplingTests {
  private func streams() -> Streams<Philox4x64> {
    Streams(at: StreamOrigin(seed: 3, spawnKey: [1]))
  }

  @Test(arguments: workerCounts)
  func leaveOneOutHoldsEachRowOutOnce(workers: Int) throws {
    let results = try leaveOneOut(of: 20, streams: streams(), workers: workers) {
      training, held, rng in
      #expect(Set(training).union([held]) == Set(0..<20) && training.count == 19)
      return Double(held) + rng.uniform()
    }
    #expect(results.map { Int($0) } == Array(0..<20))
    let serial = try leaveOneOut(of: 20, streams: streams(), workers: 1) { _, held, rng in
      Double(held) + rng.uniform()
    }
    #expect(results == serial)
  }

  @Test(arguments: workerCounts)
  func kFoldHoldsEachRowOutOnceInRandomFolds(workers: Int) throws {
    func run(_ workers: Int) throws -> [[Int]] {
      try kFold(of: 23, folds: 5, streams: streams(), workers: workers) { training, held, rng in
        #expect(Set(training).isDisjoint(with: held) && training.count + held.count == 23)
        #expect(4...5 ~= held.count)
        _ = rng.next()
        return held.map { held + [$0] }
      }
    }
    let results = try run(workers)
    #expect(results.map { $0.last! } == Array(0..<23))
    #expect(results == (try run(1)))
    #expect(results[0].dropLast() != [0, 5, 10, 15, 20])  // shuffled
  }

  @Test func onlyTheFirstRowsCanBeHeldOut() throws {
    let results = try leaveOneOut(of: 10, heldOutCount: 3, streams: streams()) {
      training, held, _ in
      #expect(training.count == 9)
      return held
    }
    #expect(results == [0, 1, 2])
    let folded = try kFold(of: 10, folds: 2, heldOutCount: 4, streams: streams()) {
      training, held, _ in
      #expect(training.count == 8)
      return held
    }
    #expect(folded == [0, 1, 2, 3])
  }

  @Test func impossibleFoldsAreRefused() {
    for (count, folds) in [(1, 2), (0, 2), (10, 1), (10, 11), (10, -1)] {
      #expect(throws: StatisticsError.self, "\(count) rows, \(folds) folds") {
        try kFold(of: count, folds: folds, streams: streams()) { _, held, _ in held }
      }
    }
    #expect(throws: StatisticsError.self) {
      try leaveOneOut(of: 1, streams: streams()) { _, held, _ in held }
    }
    let failure = #expect(throws: TaskFailure.self) {
      try kFold(of: 10, folds: 2, streams: streams()) { _, _, _ in [1] }
    }
    #expect(failure?.underlying is StatisticsError)
  }

  @Test(arguments: workerCounts)
  func theBootstrapIsTheSameAtAnyWidth(workers: Int) {
    var generator = PCG64(SeedSequence(8))
    let sample = generator.normals(count: 400, mean: 5, standardDeviation: 2)
    let result = bootstrap(sample, resamples: 2000, streams: streams(), workers: workers) {
      PairwiseSum.mean($0)
    }
    let serial = bootstrap(sample, resamples: 2000, streams: streams(), workers: 1) {
      PairwiseSum.mean($0)
    }
    #expect(result.replicates == serial.replicates)
    // The bootstrap's standard error of a mean is sigma / sqrt(n), with a relative error near
    // 1 / sqrt(2 * 2000) = 1.6 %.
    let moments = Moments(sample)
    let expected = (moments.variance * 399 / 400 / 400).squareRoot()
    #expect(abs(result.standardError / expected - 1) < 0.08)
    guard let interval = result.percentileInterval(level: 0.95) else {
      Issue.record("There is no interval.")
      return
    }
    #expect(interval.contains(result.estimate))
    #expect(abs((interval.upperBound - interval.lowerBound) / (2 * 1.96 * expected) - 1) < 0.15)
    #expect(abs(result.bias) < 5 * expected / 2000.0.squareRoot())
  }

  @Test func noIntervalIsMadeOfUndefinedReplicates() {
    let undefined = bootstrap([1.0], resamples: 5, streams: streams()) { _ in Double.nan }
    #expect(undefined.percentileInterval(level: 0.9) == nil)
    let none = bootstrap([1.0], resamples: 0, streams: streams()) { $0[0] }
    #expect(none.percentileInterval(level: 0.9) == nil)
  }

  @Test(.enabled(if: RealPython.interpreter != nil, Comment(rawValue: RealPython.absence)))
  func aResampleIsNumPysOnTheTasksGenerator() throws {
    let indices = bootstrap(Array(0..<50), resamples: 3, streams: streams()) { $0 }
    let line = indices.origin.reproducingLine(task: 2)
    let program = """
      import numpy
      print(*numpy.random.Generator(\(line)).integers(0, 50, 50))
      """
    let expected = try RealPython.lines(of: program)[0].split(separator: " ").map { Int($0)! }
    #expect(indices.replicates[2] == expected)
  }

  @Test(arguments: workerCounts)
  func monteCarloIsTheSameAtAnyWidth(workers: Int) {
    let run = { (workers: Int) in
      monteCarlo(5000, streams: self.streams(), workers: workers) { rng in
        let (x, y) = (rng.uniform(), rng.uniform())
        return x * x + y * y < 1 ? 4.0 : 0.0
      }
    }
    let result = run(workers)
    #expect(result.values == run(1).values)
    #expect(abs(result.mean - .pi) < 5 * result.standardError)
    #expect(abs(result.standardError - 1.642 / 5000.0.squareRoot()) < 0.001)
  }
}
