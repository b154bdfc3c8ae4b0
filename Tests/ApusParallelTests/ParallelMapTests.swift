// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusRandom
import Synchronization
import TestSupport
import Testing

private struct Odd: Error, Equatable { let value: Int }

/// A count of live instances, to check that no result is leaked or freed twice.
private final class Census: Sendable {
  private let count = Mutex(0)
  var alive: Int { count.withLock { $0 } }
  func add(_ change: Int) { count.withLock { $0 += change } }
}

private final class Counted: Sendable {
  let value: Int
  private let census: Census

  init(_ value: Int, _ census: Census) {
    self.value = value
    self.census = census
    census.add(1)
  }

  deinit { census.add(-1) }
}

@Suite struct ParallelMapTests {
  @Test(arguments: workerCounts, [nil, 1, 7, 1000])
  func resultsComeInOrderAtAnyWidthAndChunk(workers: Int, chunk: Int?) {
    let squares = (0..<1000).parallelMap(workers: workers, chunk: chunk) { $0 * $0 }
    #expect(squares == (0..<1000).map { $0 * $0 })
  }

  @Test func emptyAndSingleInputsWork() {
    #expect((0..<0).parallelMap { $0 } == [])
    #expect([5].parallelMap(workers: 8) { "\($0)" } == ["5"])
    let slice = [1, 2, 3, 4][1...2]
    #expect(slice.parallelMap { $0 } == [2, 3])
  }

  @Test(arguments: workerCounts)
  func randomNumbersBelongToTheTaskNotToTheWorker(workers: Int) {
    func draw(_ workers: Int, _ chunk: Int?) -> [Double] {
      var seed = Seed(42)
      return (0..<200).parallelMap(streams: seed.streams(), workers: workers, chunk: chunk) {
        i, rng in
        Double(i) + rng.normals(count: i % 7 + 1).reduce(0, +)
      }
    }
    let serial = draw(1, 1)
    for chunk in [nil, 1, 7, 200] { #expect(draw(workers, chunk) == serial) }
    var seed = Seed(42)
    let streams = seed.streams()
    var seventh = streams[7]
    #expect(serial[7] == 7 + seventh.normals(count: 1)[0])
  }

  @Test(arguments: workerCounts)
  func theFailureOfTheSmallestIndexIsThrown(workers: Int) {
    for _ in 0..<20 {
      let failure = #expect(throws: TaskFailure.self) {
        try (0..<5000).parallelMap(workers: workers) { i throws in
          if i >= 300, i % 2 == 1 { throw Odd(value: i) }
          return i
        }
      }
      #expect(failure?.index == 301)
      #expect(failure?.underlying as? Odd == Odd(value: 301))
      #expect(failure?.description.hasPrefix("Task 301 failed") == true)
    }
  }

  @Test(arguments: workerCounts)
  func anErrorStopsTheRest(workers: Int) {
    let ran = Mutex(0)
    #expect(throws: TaskFailure.self) {
      try (0..<1_000_000).parallelMap(workers: workers, chunk: 10) { i throws in
        ran.withLock { $0 += 1 }
        if i == 50 { throw Odd(value: i) }
      }
    }
    #expect(ran.withLock { $0 } < 1_000_000)
  }

  @Test(arguments: workerCounts)
  func resultsAreNeitherLeakedNorFreedTwice(workers: Int) {
    let census = Census()
    for _ in 0..<10 {
      _ = try? (0..<2000).parallelMap(workers: workers) { i throws in
        if i == 777 { throw Odd(value: i) }
        return Counted(i, census)
      }
      #expect(census.alive == 0)
      let all = (0..<2000).parallelMap(workers: workers) { Counted($0, census) }
      #expect(all.map(\.value) == Array(0..<2000))
      // The optimiser frees them as soon as nobody needs them.
      withExtendedLifetime(all) { #expect(census.alive == 2000) }
    }
  }

  @Test(arguments: workerCounts)
  func nestedMapsShareThePoolAndEnd(workers: Int) {
    let table = (0..<40).parallelMap(workers: workers) { i in
      (0..<40).parallelMap { j in (0..<5).parallelMap { k in i * 1000 + j * 10 + k } }
    }
    #expect(table[39][38] == [39380, 39381, 39382, 39383, 39384])
    #expect(table.joined().joined().count == 8000)
  }

  @Test func mapsFromManyThreadsAtOnceEnd() async {
    await withTaskGroup(of: Int.self) { group in
      for i in 0..<50 {
        group.addTask {
          let values = try? await (0..<500).parallelMap(workers: 3) { $0 + i }
          return values?.reduce(0, +) ?? -1
        }
      }
      var sums: Set<Int> = []
      for await sum in group { sums.insert(sum) }
      #expect(sums == Set((0..<50).map { 500 * $0 + 124_750 }))
    }
  }

  @Test func aNestedMapStaysWithinTheOuterMapsWorkers() {
    let running = Mutex(0)
    let most = Mutex(0)
    (0..<8).parallelForEach(workers: 2) { _ in
      (0..<50).parallelForEach(chunk: 1) { _ in
        let now = running.withLock { value in
          value += 1
          return value
        }
        most.withLock { $0 = max($0, now) }
        _ = (0..<2000).reduce(0, &+)
        running.withLock { $0 -= 1 }
      }
    }
    #expect(1...2 ~= most.withLock { $0 })
  }

  @Test func forEachVisitsEachElementOnce() throws {
    let visits = Mutex([Int](repeating: 0, count: 3000))
    (0..<3000).parallelForEach(workers: 3) { i in visits.withLock { $0[i] += 1 } }
    try (0..<3000).parallelForEach(workers: 3) { i throws in visits.withLock { $0[i] += 1 } }
    #expect(visits.withLock { $0 } == [Int](repeating: 2, count: 3000))
  }
}
