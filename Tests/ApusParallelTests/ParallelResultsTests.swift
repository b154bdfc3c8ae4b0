// Part of Apus, Apache-2.0. See LICENSE.

import ApusRandom
import Synchronization
import TestSupport
import Testing

@testable import ApusParallel

@Suite struct ParallelResultsTests {
  /// An endless sequence from 0 that records how many elements were requested.
  private struct Endless: Sequence, IteratorProtocol, Sendable {
    let taken: Taken
    var count = 0
    mutating func next() -> Int? {
      defer { count += 1 }
      taken.note(count + 1)
      return count
    }
  }

  private final class Taken: Sendable {
    private let most = Mutex(0)
    func note(_ count: Int) { most.withLock { $0 = max($0, count) } }
    var count: Int { most.withLock { $0 } }
  }

  @Test(arguments: workerCounts)
  func allResultsComeOnceInAnyOrder(workers: Int) async throws {
    var seen: [Int: Int] = [:]
    for try await (index, value) in (0..<500).parallelResults(workers: workers, { $0 * 2 }) {
      #expect(seen.updateValue(value, forKey: index) == nil)
    }
    #expect(seen == Dictionary(uniqueKeysWithValues: (0..<500).map { ($0, 2 * $0) }))
  }

  @Test(arguments: workerCounts)
  func inputOrderIsKeptOnRequest(workers: Int) async throws {
    var indices: [Int] = []
    let results = (0..<500).parallelResults(order: .input, workers: workers) { i in
      (0..<(i % 5) * 1000).reduce(0, &+)
    }
    for try await (index, _) in results { indices.append(index) }
    #expect(indices == Array(0..<500))
  }

  @Test(arguments: [1, 3, 16])
  func anEndlessInputIsTakenNoFurtherThanTheLookAhead(lookAhead: Int) async throws {
    let taken = Taken()
    var delivered = 0
    for try await _ in Endless(taken: taken).parallelResults(
      lookAhead: lookAhead, workers: 3, { $0 })
    {
      delivered += 1
      #expect(taken.count <= delivered + lookAhead)
      if delivered == 200 { break }
    }
    #expect(delivered == 200)
  }

  @Test(arguments: workerCounts)
  func streamsBelongToPositions(workers: Int) async throws {
    var seed = Seed(7)
    let expected = try await (0..<100).parallelMap(streams: seed.streams()) { _, rng in
      rng.uniform()
    }
    var again = Seed(7)
    var found = [Double](repeating: -1, count: 100)
    let results = (0..<100).parallelResults(streams: again.streams(), workers: workers) {
      _, rng in rng.uniform()
    }
    for try await (index, value) in results { found[index] = value }
    #expect(found == expected)
  }

  @Test(arguments: [ResultOrder.completion, .input])
  func theFirstFailureComesAfterTheResultsBeforeIt(order: ResultOrder) async throws {
    struct Mistake: Error {}
    var delivered: Set<Int> = []
    let failure = await #expect(throws: TaskFailure.self) {
      for try await (index, _) in (0..<1000).parallelResults(
        order: order, workers: 3, { i in if i == 40 || i == 41 { throw Mistake() } })
      {
        delivered.insert(index)
      }
    }
    #expect(failure?.index == 40)
    #expect(Set(0..<40).isSubset(of: delivered))
    #expect(delivered.count < 100)
  }

  @Test func afterAFailureTheSequenceIsOver() async throws {
    struct Mistake: Error {}
    var iterator = [1].parallelResults { _ -> Int in throw Mistake() }.makeAsyncIterator()
    await #expect(throws: TaskFailure.self) { try await iterator.next() }
    #expect(try await iterator.next() == nil)
  }

  @Test func cancellingTheConsumerEndsTheWait() async {
    let waiting = Taken()
    let release = Mutex(false)
    let task = Task {
      for try await _ in [0].parallelResults({ _ in
        waiting.note(1)
        while !release.withLock({ $0 }) {}
      }) {}
    }
    while waiting.count == 0 { await Task.yield() }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    release.withLock { $0 = true }
  }

  @Test func theMachineHandsOutWorkOnlyWithinTheLookAhead() {
    var machine = ResultsStateMachine<Int>(order: .completion, lookAhead: 2)
    #expect(machine.work() == .pull(index: 0))
    #expect(machine.work() == .rest)  // a worker is pulling
    machine.pulled(hasInput: true)
    #expect(machine.work() == .pull(index: 1))
    machine.pulled(hasInput: true)
    #expect(machine.work() == .rest)  // two are in progress
    machine.finish(1, .success(10))
    #expect(machine.work() == .rest)  // one in progress, one not consumed
    guard case .element(let element) = machine.deliver() else {
      Issue.record("A finished result was not delivered.")
      return
    }
    #expect(element == (1, 10))
    #expect(machine.work() == .pull(index: 2))
    machine.pulled(hasInput: false)
    machine.finish(0, .success(5))
    guard case .element = machine.deliver(), case .end = machine.deliver() else {
      Issue.record("The last result and the end were not delivered.")
      return
    }
  }
}
