// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusRandom
import Synchronization
import TestSupport
import Testing

@testable import ApusStatistics

/// Repeated experiments may throw, be awaited, be cancelled, and keep no values.
@Suite struct MonteCarloTests {
  private struct Odd: Error {}

  private static let sample = [1.0, 5, 2, 8]

  private static func mean(_ values: [Double]) -> Double {
    values.reduce(0, +) / Double(values.count)
  }

  private func plainValues() -> [Double] {
    var seed = Seed(5)
    return monteCarlo(500, streams: seed.streams()) { $0.normal() }.values
  }

  private func plainReplicates() -> [Double] {
    var seed = Seed(5)
    return bootstrap(Self.sample, resamples: 300, streams: seed.streams(), statistic: Self.mean)
      .replicates
  }

  @Test func theThrowingFormsHaveTheSameValues() throws {
    var a = Seed(5)
    var b = Seed(5)
    let thrown = try monteCarlo(500, streams: a.streams()) { rng throws in rng.normal() }
    #expect(thrown.values == plainValues())
    let boot = try bootstrap(Self.sample, resamples: 300, streams: b.streams()) { values throws in
      Self.mean(values)
    }
    #expect(boot.replicates == plainReplicates() && boot.estimate == 4)
  }

  @Test func theAsyncFormsHaveTheSameValues() async throws {
    var a = Seed(5)
    var b = Seed(5)
    let later = try await monteCarlo(500, streams: a.streams()) { $0.normal() }
    #expect(later.values == plainValues())
    let boot = try await bootstrap(Self.sample, resamples: 300, streams: b.streams()) {
      Self.mean($0)
    }
    #expect(boot.replicates == plainReplicates() && boot.estimate == 4)
  }

  private func moments(workers: Int) -> RunningMoments {
    var seed = Seed(9)
    return monteCarloMoments(20_000, streams: seed.streams(), workers: workers) {
      $0.normal() + 1e6
    }
  }

  @Test func momentsAreThoseOfTheValuesAndTheSameAtAnyWidth() throws {
    var seed = Seed(9)
    let values = monteCarlo(20_000, streams: seed.streams()) { $0.normal() + 1e6 }
    let exact = Moments(values.values)
    let first = moments(workers: 1)
    for workers in workerCounts {
      #expect(moments(workers: workers) == first)
      var seed = Seed(9)
      let thrown = try monteCarloMoments(20_000, streams: seed.streams(), workers: workers) {
        rng throws in rng.normal() + 1e6
      }
      #expect(thrown == first)
    }
    #expect(first.count == 20_000 && abs(first.mean - exact.mean) < 1e-9)
    #expect(abs(first.variance / exact.variance - 1) < 1e-9)
    #expect(abs(first.standardError / values.standardError - 1) < 1e-9)
    #expect(RunningMoments().mean.isNaN && RunningMoments(3).variance.isNaN)
  }

  @Test func momentsCanBeAwaited() async throws {
    var seed = Seed(9)
    let later = try await monteCarloMoments(20_000, streams: seed.streams()) { $0.normal() + 1e6 }
    #expect(later == moments(workers: 2))
  }

  @Test func aFailureNamesItsRepetition() {
    var a = Seed(1)
    var b = Seed(1)
    let failure = #expect(throws: TaskFailure.self) {
      try monteCarlo(100, streams: a.streams()) { rng throws -> Double in
        if rng.uniform() < 0.5 { throw Odd() }
        return 0
      }
    }
    #expect(failure?.underlying is Odd)
    let moments = #expect(throws: TaskFailure.self) {
      try monteCarloMoments(100, streams: b.streams()) { rng throws -> Double in
        if rng.uniform() < 0.5 { throw Odd() }
        return 0
      }
    }
    #expect(moments?.index == failure?.index)
  }

  /// Cancels a task once its experiment has begun, and expects it to end with a `CancellationError`.
  private func expectCancellation(
    _ run: @escaping @Sendable (_ begun: @escaping @Sendable () -> Void) async throws -> Void
  ) async {
    let (began, signal) = AsyncStream<Void>.makeStream()
    let task = Task { try await run { signal.yield() } }
    for await _ in began { break }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  @Test func endlessWorkIsCancelled() async {
    await expectCancellation { begun in
      var seed = Seed(2)
      _ = try await monteCarloMoments(Int.max >> 20, streams: seed.streams()) { rng in
        begun()
        return rng.uniform()
      }
    }
    await expectCancellation { begun in
      var seed = Seed(2)
      _ = try await bootstrap([1.0, 2], resamples: 1 << 28, streams: seed.streams()) { values in
        begun()
        return UInt8(values[0])
      }
    }
    await expectCancellation { begun in
      var seed = Seed(2)
      _ = try await kFold(of: 1 << 20, folds: 1 << 19, streams: seed.streams()) { _, rows, _ in
        begun()
        return rows
      }
    }
  }

  private func folded() throws -> [Double] {
    var seed = Seed(4)
    return try kFold(of: 20, folds: 4, streams: seed.streams()) { training, rows, rng in
      rows.map { Double($0 + training.count) + rng.uniform() }
    }
  }

  private func leftOut() throws -> [Double] {
    var seed = Seed(4)
    return try leaveOneOut(of: 6, streams: seed.streams()) { _, row, rng in
      Double(row) + rng.uniform()
    }
  }

  @Test func crossValidationCanBeAwaited() async throws {
    var a = Seed(4)
    var b = Seed(4)
    let fold = try await kFold(of: 20, folds: 4, streams: a.streams()) { training, rows, rng in
      rows.map { Double($0 + training.count) + rng.uniform() }
    }
    #expect(try fold == folded())
    let one = try await leaveOneOut(of: 6, streams: b.streams()) { _, row, rng in
      Double(row) + rng.uniform()
    }
    #expect(try one == leftOut())
  }

  @Test func foldsNeedAStreamForTheShuffleToo() throws {
    for (folds, seeds) in [(5, 5), (20, 10)] {
      let error = #expect(throws: StatisticsError.self) {
        try kFold(
          of: 100, folds: folds, streams: .legacySeeds((0..<UInt32(seeds)).map { $0 })
        ) { _, rows, _ in rows }
      }
      #expect(error?.message.contains("\(folds + 1) streams") == true)
    }
    let rows = try kFold(of: 10, folds: 5, streams: .legacySeeds([1, 2, 3, 4, 5, 6])) {
      _, rows, _ in
      rows
    }
    #expect(rows == Array(0..<10))
  }
}
