// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusRandom
import Testing

@testable import ApusWorkers

struct TaskLedgerTests {
  @Test
  func tasksAreGivenOutInOrderAndReturnedOnesFirst() {
    var ledger = TaskLedger(count: 4, retries: 0, stopsAtFailure: true)
    #expect(ledger.take()?.index == 0)
    #expect(ledger.take()?.index == 1)
    ledger.unbegun(1)
    ledger.unbegun(0)
    #expect(ledger.take()?.index == 0)
    #expect(ledger.take()?.index == 1)
    #expect(ledger.take()?.index == 2)
    #expect(!ledger.isFinished)
  }

  @Test
  func aBatchThatComesBackTakesItsPlaceAmongThoseThatCameBefore() {
    var ledger = TaskLedger(count: 10, retries: 0, stopsAtFailure: true)
    for _ in 0..<8 { _ = ledger.take() }
    func tasks(_ indices: [Int]) -> [GivenTask] {
      indices.map { GivenTask(index: $0, attempt: 1) }
    }
    ledger.unbegun(tasks([2, 3, 6]))
    ledger.unbegun(tasks([0, 1, 4, 7]))
    ledger.unbegun(5)
    #expect((0..<10).allSatisfy { ledger.take()?.index == $0 })
    #expect(ledger.take() == nil)
  }

  @Test
  func aFailureStopsTasksBehindItAndRetriesCountPerTask() {
    var ledger = TaskLedger(count: 10, retries: 1, stopsAtFailure: true)
    for _ in 0..<6 { _ = ledger.take() }
    #expect(ledger.failed(3) == .retry)
    let again = ledger.take()
    #expect(again?.index == 3 && again?.attempt == 2)
    #expect(ledger.failed(3) == .final)
    #expect(ledger.failed(5) == .dropped)
    #expect(ledger.failed(1) == .retry)
    #expect(ledger.take()?.index == 1)
    #expect(ledger.take() == nil)
    for index in [0, 1, 2] { ledger.succeeded(index) }
    #expect(!ledger.isFinished)
    ledger.succeeded(4)
    #expect(ledger.isFinished)
  }

  @Test
  func randomEventsLoseNoTaskAndDoubleNone() {
    var seed = Seed(11)
    let wrong = (0..<300).parallelMap(streams: seed.streams()) { _, rng in
      Self.walk(&rng) ? 0 : 1
    }
    #expect(wrong.reduce(0, +) == 0)
  }

  private static func walk(_ rng: inout TaskStream) -> Bool {
    let count = rng.integer(in: 0...40)
    var ledger = TaskLedger(count: count, retries: 2, stopsAtFailure: false)
    var out: [Int] = []
    var ended = Set<Int>()
    while !ledger.isFinished {
      if rng.uniform() < 0.5, let task = ledger.take() {
        guard !out.contains(task.index), !ended.contains(task.index), task.attempt <= 3 else {
          return false
        }
        out.append(task.index)
        continue
      }
      guard !out.isEmpty else { continue }
      let index = out.remove(at: rng.integer(in: 0..<out.count))
      switch rng.integer(in: 0...2) {
      case 0:
        ledger.succeeded(index)
        ended.insert(index)
      case 1: ledger.unbegun(index)
      default: if ledger.failed(index) == .final { ended.insert(index) }
      }
    }
    return ended == Set(0..<count) && out.isEmpty
  }
}
