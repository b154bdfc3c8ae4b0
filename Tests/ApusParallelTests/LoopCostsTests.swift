// Part of Apus, Apache-2.0. See LICENSE.
import Synchronization
import Testing

@testable import ApusParallel

struct LoopCostsTests {
  @Test
  func aLoopThatHasNotRunHasNoExpectation() {
    let costs = LoopCosts()
    #expect(costs.expected(7) == nil)
  }

  @Test
  func dearerLoopsRaiseTheExpectationAtOnceAndCheaperOnesLowerItSlowly() {
    var costs = LoopCosts()
    costs.record(7, nanoseconds: 100)
    costs.record(7, nanoseconds: 4000)
    #expect(costs.expected(7) == 4000)
    costs.record(7, nanoseconds: 100)
    #expect(costs.expected(7) == 3000)
    for _ in 0..<50 { costs.record(7, nanoseconds: 100) }
    #expect(costs.expected(7) == 100)
  }

  @Test
  func loopsOfOtherKindsAreNotTakenForThisOne() {
    var costs = LoopCosts()
    for key in 0..<1000 { costs.record(key, nanoseconds: key + 1) }
    for key in 0..<1000 { #expect([nil, key + 1].contains(costs.expected(key))) }
    #expect(costs.expected(999) == 1000)
  }

  @Test(arguments: [1, 2, 3, 8])
  func resultsDoNotDependOnWhatEarlierLoopsHaveCost(workers: Int) {
    let expected = (0..<200).map { $0 * $0 }
    for round in 0..<60 {
      let isSlow = round % 7 == 0
      let found = (0..<200).parallelMap(workers: workers) { i in
        if isSlow { for _ in 0..<100 { Thread.yield() } }
        return i * i
      }
      #expect(found == expected)
    }
  }

  @Test(.enabled(if: ThreadBudget.current.count > 1, "needs two cores"))
  func aShortLoopThatTurnsLongIsSharedAfterItsFirstTasks() {
    for _ in 0..<100 { _ = (0..<64).parallelMap(workers: 2) { $0 } }
    // Task 1 ends only once a later task is running, which is on another thread.
    let isLaterRunning = Atomic<Bool>(false)
    let end = ContinuousClock.now + .milliseconds(1)
    let found = (0..<64).parallelMap(workers: 2) { i in
      switch i {
      case 0: while ContinuousClock.now < end {}
      case 1: while !isLaterRunning.load(ordering: .relaxed) { Thread.yield() }
      default: isLaterRunning.store(true, ordering: .relaxed)
      }
      return i
    }
    #expect(found == Array(0..<64))
  }

  @Test
  func theExpectationOfAVastLoopDoesNotOverflow() {
    var owner = LoopOwner()
    (owner.tasks, owner.time) = (1, 100_000_000_000)
    #expect(owner.expectedTime(count: 10_000_000_000) == 1_000_000_000_000_000_000)
    (owner.tasks, owner.time) = (4, 1000)
    #expect(owner.expectedTime(count: 8) == 2000)
    #expect(LoopOwner().expectedTime(count: 8) == nil)
  }
}
