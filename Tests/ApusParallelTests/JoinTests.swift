// Part of Apus, Apache-2.0. See LICENSE.
import Synchronization
import Testing

@testable import ApusParallel

struct JoinTests {
  struct Failed: Error, Equatable {
    var branch: String
  }

  private func sum(_ range: Range<Int>) -> Int {
    if range.count <= 1 { return range.first ?? 0 }
    let middle = range.lowerBound + range.count / 2
    let (left, right) = join(
      { sum(range.lowerBound..<middle) }, { sum(middle..<range.upperBound) })
    return left + right
  }

  @Test
  func bothBranchesReturnTheirValuesInOrder() {
    let (number, text) = join({ 1 }, { "two" })
    #expect(number == 1)
    #expect(text == "two")
  }

  @Test
  func aDeepRecursionGivesTheSerialResult() {
    for _ in 0..<5 { #expect(sum(0..<20_000) == 199_990_000) }
  }

  @Test(arguments: [1, 2, 3, 8])
  func branchesWithinTasksOfAMapGiveTheSerialResults(workers: Int) {
    let sums = (0..<50).parallelMap(workers: workers) { sum(0..<($0 * 100)) }
    #expect(sums == (0..<50).map { $0 * 100 * ($0 * 100 - 1) / 2 })
  }

  @Test
  func mapsWithinBranchesGiveTheSerialResults() {
    let (left, right) = join(
      { (0..<1000).parallelMap { $0 + 1 }.reduce(0, +) },
      { (0..<1000).parallelReduce(0, transform: { $0 }, combine: +) })
    #expect(left == 500_500)
    #expect(right == 499_500)
  }

  @Test
  func theFirstBranchsErrorWinsAndTheSecondIsNotBegunAfterIt() {
    let begun = Atomic<Int>(0)
    let error = #expect(throws: TaskFailure.self) {
      try (0..<1).parallelForEach(workers: 1) { _ in
        _ = try join(
          { () throws -> Int in throw Failed(branch: "first") },
          { () throws -> Int in
            begun.add(1, ordering: .relaxed)
            throw Failed(branch: "second")
          })
      }
    }
    #expect(error?.underlying as? Failed == Failed(branch: "first"))
    let begunNow = begun.load(ordering: .relaxed)
    #expect(begunNow == 0)
  }

  @Test
  func theSecondBranchsErrorIsThrownAfterTheFirstHasEnded() {
    let isFirstDone = Atomic<Bool>(false)
    #expect(throws: Failed(branch: "second")) {
      _ = try join(
        { () throws -> Int in
          isFirstDone.store(true, ordering: .relaxed)
          return 1
        },
        { () throws -> Int in throw Failed(branch: "second") })
    }
    let isFirstDoneNow = isFirstDone.load(ordering: .relaxed)
    #expect(isFirstDoneNow)
  }

  @Test(.enabled(if: ThreadBudget.current.count > 1, "needs two cores"))
  func aBranchMayWaitForTheOtherIfThereAreTwoCores() {
    // The second branch is on offer before the first begins, so an idle thread takes it.
    let isTaken = Atomic<Bool>(false)
    _ = join(
      { while !isTaken.load(ordering: .relaxed) { Thread.yield() } },
      { isTaken.store(true, ordering: .relaxed) })
    let isTakenNow = isTaken.load(ordering: .relaxed)
    #expect(isTakenNow)
  }

  @Test
  func branchesOfAMapUseNoMoreThreadsThanItHasWorkers() {
    let running = Atomic<Int>(0)
    let most = Atomic<Int>(0)
    @Sendable func leafs(_ depth: Int) {
      if depth > 0 {
        _ = join({ leafs(depth - 1) }, { leafs(depth - 1) })
      } else {
        let now = running.add(1, ordering: .relaxed).newValue
        most.max(now, ordering: .relaxed)
        Thread.yield()
        running.subtract(1, ordering: .relaxed)
      }
    }
    (0..<16).parallelForEach(workers: 2) { _ in leafs(6) }
    let mostNow = most.load(ordering: .relaxed)
    #expect(mostNow <= 2)
  }

  @Test
  func aRecursionThatGoesOnInItsSecondBranchNeedsNoMoreStackThanItself() {
    @Sendable func count(_ n: Int) -> Int {
      if n == 0 { return 0 }
      let (head, rest) = join({ 1 }, { count(n - 1) })
      return head + rest
    }
    #expect(count(10_000) == 10_000)
  }

  @Test
  func branchesShareTheThreadsOfLinearAlgebra() {
    let shares = (0..<1).parallelMap(workers: 8) { _ in
      let (first, second) = join({ ThreadBudget.share(of: 8) }, { ThreadBudget.share(of: 8) })
      return [first, second]
    }
    #expect(shares == [[1, 1]])
    #expect(join({ ThreadBudget.share(of: 8) }, { 0 }).0 == max(1, 8 / ThreadBudget.current.count))
    let nested = (0..<2).parallelMap(workers: 8) { _ in
      (0..<100).parallelMap { _ in ThreadBudget.share(of: 8) }
    }
    #expect(nested.allSatisfy { $0.allSatisfy { $0 == 1 } })
  }

  @Test
  func throwingMapsWithinBranchesOfALateTaskRunToTheirEnd() throws {
    let sums = try (0..<100).parallelMap(workers: 2, chunk: 10) { task throws in
      let (left, right) = try join(
        { () throws -> Int in try (0..<50).parallelMap { i throws in i + task }.reduce(0, +) },
        { () throws -> Int in try (0..<50).parallelMap { i throws in i - task }.reduce(0, +) })
      return left + right
    }
    #expect(sums == Array(repeating: 2450, count: 100))
  }

  @Test
  func nothingIsLeftOnOfferAfterwards() {
    for _ in 0..<10 { _ = sum(0..<1000) }
    _ = try? join({ () throws -> Int in throw Failed(branch: "first") }, { 1 })
    #expect(Thread.state.pointee.offeredBranches == 0)
    #expect(Thread.currentLoop == nil)
  }
}
