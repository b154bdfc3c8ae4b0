// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import Synchronization
import Testing

/// A clock that moves only when a test advances it.
private final class ManualClock: Clock, Sendable {
  struct Instant: InstantProtocol {
    var offset: Duration
    func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
    func duration(to other: Instant) -> Duration { other.offset - offset }
    static func < (a: Instant, b: Instant) -> Bool { a.offset < b.offset }
  }
  private let time = Mutex(Duration.zero)
  var now: Instant { Instant(offset: time.withLock { $0 }) }
  var minimumResolution: Duration { .zero }
  func advance(by duration: Duration) { time.withLock { $0 += duration } }
  func sleep(until deadline: Instant, tolerance: Duration?) async throws {
    throw CancellationError()
  }
}

@Suite struct MapProgressTests {
  @Test func aMapReportsAllOfItsTasks() {
    let progress = MapProgress()
    (0..<1000).parallelForEach(workers: 3, progress: progress) { _ in }
    let end = progress.snapshot()
    #expect(end.done == 1000 && end.failed == 0 && end.total == 1000)
    #expect(end.fraction == 1)
    #expect(end.perWorker.reduce(0, +) == 1000)
    #expect(end.perWorker.count <= 3)
  }

  @Test func failuresAreCounted() {
    struct Mistake: Error {}
    let progress = MapProgress()
    _ = try? (0..<100).parallelMap(workers: 1, progress: progress) { i throws in
      if i == 60 { throw Mistake() }
    }
    #expect(progress.snapshot().done == 60)
    #expect(progress.snapshot().failed == 1)
  }

  @Test func rateAndRemainingTimeFollowTheClock() {
    let clock = ManualClock()
    let progress = MapProgress(clock: clock)
    #expect(progress.snapshot().rate == 0)
    #expect(progress.snapshot().remaining == nil)
    clock.advance(by: .seconds(100))
    let half = Mutex<MapProgress.Snapshot?>(nil)
    (0..<10).parallelForEach(workers: 1, chunk: 5, progress: progress) { i in
      if i == 5 {
        clock.advance(by: .seconds(2))
        half.withLock { $0 = progress.snapshot() }
      }
    }
    let snapshot = half.withLock { $0! }
    #expect(snapshot.done == 5 && snapshot.elapsed == .seconds(2))
    #expect(snapshot.rate == 2.5)
    #expect(snapshot.remaining == .seconds(2))
  }

  @Test func lazyMapsReportToo() async throws {
    let progress = MapProgress()
    for try await _ in (0..<50).parallelResults(progress: progress, { $0 }) {}
    #expect(progress.snapshot().done == 50 && progress.snapshot().total == 50)
  }
}
