// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import Synchronization
import Testing

/// Opened once; waiting threads go on then.
///
/// Tests wait for events with it, never for time.
private final class Gate: Sendable {
  private let isOpen = Mutex(false)
  func open() { isOpen.withLock { $0 = true } }
  func wait() { while !isOpen.withLock({ $0 }) {} }
}

@Suite struct CancellationTests {
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
    await Task.detached { started.wait() }.value
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
    await Task.detached { started.wait() }.value
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

  @Test func onWorkersPassesValuesAndErrorsOn() async throws {
    struct Mistake: Error {}
    #expect(try await onWorkers { (0..<10).parallelMap { $0 }.count } == 10)
    await #expect(throws: Mistake.self) { try await onWorkers { throw Mistake() } }
  }
}

private final class Counter: Sendable {
  private let value = Mutex(0)
  func add() { value.withLock { $0 += 1 } }
  var count: Int { value.withLock { $0 } }
}
