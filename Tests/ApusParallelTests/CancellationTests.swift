// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import Synchronization
import Testing

/// A gate that is opened once and then lets waiting threads go on.
///
/// Tests use it to wait for events, never for time.
private final class Gate: Sendable {
  private let isOpen = Mutex(false)
  func open() { isOpen.withLock { $0 = true } }

  /// Waits in tasks of a map, which run on pool threads.
  func wait() { while !isOpen.withLock({ $0 }) {} }

  /// Waits in the tests themselves, without occupying Swift concurrency threads.
  func opened() async { while !isOpen.withLock({ $0 }) { await Task.yield() } }
}

@Suite(.serialized) struct CancellationTests {
  @Test func cancellingTheTaskStopsTheMapWithinAChunk() async {
    let (started, cancelled) = (Gate(), Gate())
    let counter = Counter()
    let task = Task {
      try await (0..<100_000).parallelMap(workers: 2) { i in
        counter.add()
        started.open()
        cancelled.wait()
        return i
      }
    }
    await started.opened()
    task.cancel()
    cancelled.open()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(counter.count <= 2)
  }

  @Test func aTaskCancelledBeforehandRunsNothing() async {
    let counter = Counter()
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await (0..<10).parallelMap { i in
        counter.add()
        return i
      }
    }
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(counter.count == 0)
  }

  @Test func cancellationReachesThrowingMapsWithinOnWorkers() async {
    let (started, cancelled) = (Gate(), Gate())
    let counter = Counter()
    let task = Task {
      try await onWorkers {
        try (0..<100_000).parallelMap(workers: 2) { i throws in
          counter.add()
          started.open()
          cancelled.wait()
          return i
        }
      }
    }
    await started.opened()
    task.cancel()
    cancelled.open()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(counter.count <= 2)
  }

  @Test func asyncMapsLeaveTheThreadsOfConcurrencyFree() async throws {
    // As many waiting maps as there could be threads; each ends only after the task below has run.
    let gate = Gate()
    let maps = (0..<32).map { _ in
      Task { try await (0..<4).parallelMap(workers: 2) { i in i } }
    }
    let blocked = Task { try await [0].parallelMap { _ in gate.wait() } }
    await Task { gate.open() }.value
    _ = try await blocked.value
    for map in maps { #expect(try await map.value == [0, 1, 2, 3]) }
  }

  @Test func aCancelledMapEndsWithACancellationAlsoWhenItsTasksMap() async {
    let (started, cancelled) = (Gate(), Gate())
    let task = Task {
      try await (0..<50).parallelMap(workers: 2) { i in
        try (0..<50).parallelMap { j throws in
          started.open()
          cancelled.wait()
          return i + j
        }
      }
    }
    await started.opened()
    task.cancel()
    cancelled.open()
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  @Test func aMapThatWaitsForAThreadIsCancelledAtOnce() async {
    // The busy calls hold every thread of the pool; none is left for the queued one.
    let release = Gate()
    let busy = (0..<(WorkerPoolWidth.most + 1)).map { _ in
      Task { try await [0].parallelMap(workers: 2) { _ in release.wait() } }
    }
    let queued = Task { try await [0].parallelMap(workers: 2) { _ in release.wait() } }
    queued.cancel()
    await #expect(throws: CancellationError.self) { try await queued.value }
    release.open()
    for task in busy { _ = try? await task.value }
  }

  @Test func aFailureStopsMapsWithinTasksBehindIt() {
    struct Mistake: Error {}
    let (failed, inner) = (Gate(), Counter())
    let failure = #expect(throws: TaskFailure.self) {
      try (0..<2).parallelMap(workers: 2, chunk: 1) { i throws in
        if i == 0 {
          failed.open()
          throw Mistake()
        }
        failed.wait()
        _ = try (0..<1_000_000).parallelMap(chunk: 1) { _ throws in
          inner.add()
          try Self.pass()
        }
      }
    }
    #expect(failure?.index == 0)
    #expect(inner.count < 1_000_000)
  }

  private static func pass() throws {}

  @Test func onWorkersUsesAllWorkers() async throws {
    try #require(ThreadBudget.current.count > 1)
    let progress = MapProgress()
    let (first, second) = (Gate(), Gate())
    try await onWorkers {
      (0..<2).parallelForEach(chunk: 1, progress: progress) { i in
        // Each task ends only after the other has begun: one thread alone would wait forever.
        (i == 0 ? first : second).open()
        (i == 0 ? second : first).wait()
      }
    }
    #expect(progress.snapshot().perWorker == [1, 1])
  }

  @Test func onWorkersPassesValuesAndErrorsOn() async throws {
    struct Mistake: Error {}
    #expect(try await onWorkers { (0..<10).parallelMap { $0 }.count } == 10)
    await #expect(throws: Mistake.self) { try await onWorkers { throw Mistake() } }
  }
}

/// More busy calls than the pool of a test run has threads.
private enum WorkerPoolWidth { static let most = 16 }

private final class Counter: Sendable {
  private let value = Mutex(0)
  func add() { value.withLock { $0 += 1 } }
  var count: Int { value.withLock { $0 } }
}
