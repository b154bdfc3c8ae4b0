// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire
import Testing

@testable import ApusCluster

/// Broadcasts that are gathered, messages that are held, work that is counted, refusals that are reported.
@Suite struct SmallMachinesTests {
  private func request(_ name: String, _ targets: [String]) -> BroadcastGathering<Int>.Request {
    .init(
      id: MessageID(name), client: [1], targets: targets.enumerated().map { ($1, $0) }, header: [])
  }

  @Test func aBroadcastIsCompleteWithItsLastReply() {
    var gathering = BroadcastGathering<Int>()
    let began = [gathering.begin(request("m", ["a", "b"])), gathering.begin(request("m", ["a"]))]
    #expect(began == [true, false], "a name is open once")
    let first = gathering.replied(MessageID("m"), from: "b", 2)
    let twice = gathering.replied(MessageID("m"), from: "b", 3)
    let stranger = gathering.replied(MessageID("m"), from: "x", 3)
    #expect(first == nil && twice == nil && stranger == nil)
    let last = gathering.replied(MessageID("m"), from: "a", 1)
    #expect(last?.replies == [1, 2], "in the order of the targets")
    #expect(gathering.count == 0)
  }

  @Test func failuresAreKeptWithTheirEngines() {
    var gathering = BroadcastGathering<Int>()
    _ = gathering.begin(request("m", ["a", "b"]))
    _ = gathering.failed(MessageID("m"), at: "a", RemoteError("EngineError"))
    let result = gathering.replied(MessageID("m"), from: "b", 2)
    #expect(result?.failures.map(\.uuid) == ["a"] && result?.replies == [2])
  }

  @Test func broadcastsOfAnEngineThatLeftAreDroppedWhole() {
    var gathering = BroadcastGathering<Int>()
    _ = gathering.begin(request("m", ["a", "b"]))
    _ = gathering.begin(request("n", ["b"]))
    gathering.engineLeft("a")
    let late = gathering.replied(MessageID("m"), from: "b", 1)
    let other = gathering.replied(MessageID("n"), from: "b", 1)
    #expect(late == nil && other != nil && gathering.count == 0)
  }

  @Test func heldMessagesKeepTheirOrderAndEndInTime() {
    typealias Line = HeldMessages<Int>.Line
    var held = HeldMessages<Int>()
    let (a, b) = (Line(channel: 0, uuid: "a"), Line(channel: 1, uuid: "b"))
    held.hold(1, for: a, now: 0)
    held.hold(2, for: a, now: 5)
    held.hold(3, for: b, now: 5)
    #expect(held.isWaiting(a) && held.nextTry == HeldMessages<Int>.interval)
    var sent: [Int] = []
    let early = held.retry(now: HeldMessages<Int>.interval) { message, line in
      if line == b { return false }
      sent.append(message)
      return true
    }
    #expect(early.isEmpty && sent == [1, 2] && !held.isWaiting(a) && held.isWaiting(b))
    let late = held.retry(now: 5 + HeldMessages<Int>.patience) { _, _ in false }
    #expect(late.map(\.0) == [3] && held.isEmpty && held.nextTry == nil)
    held.hold(4, for: a, now: 0)
    let removed = held.remove("a")
    #expect(removed.map(\.0) == [4] && held.isEmpty)
  }

  @Test func workIsCountedWhereItIs() {
    var ledger = WorkLedger()
    let (direct, task) = (MessageID("d"), MessageID("t"))
    ledger.beginDirect(direct, at: "a")
    ledger.beginTask(task)
    #expect(ledger.unassigned == [task] && ledger[engine: "a"].direct == [direct])
    ledger.assign(task, to: "a")
    ledger.assign(task, to: "b")
    #expect(ledger.unassigned.isEmpty && ledger[engine: "a"].tasks.isEmpty)
    #expect(ledger[engine: "b"].tasks == [task] && ledger.isOpen(task))
    ledger.end(task, isAnswered: true)
    ledger.end(direct, isAnswered: false)
    let again = ledger.end(task, isAnswered: true)
    #expect(!again)
    // Of tasks the scheduler knows whether they have ended.
    #expect(!ledger.isOpen(task))
    #expect(ledger.hasAnswered(direct) && !ledger.isOpen(direct))
    #expect(!ledger.hasAnswered(MessageID("x")) && !ledger.isOpen(MessageID("x")))
    #expect(ledger[engine: "b"].completed == 1 && ledger[engine: "b"].recent == [task])
    #expect(ledger[engine: "a"].completed == 0 && ledger.openCount == 0)
  }

  @Test func whatChangesIsSavedAtOnceButForATwentiethOfTheTime() {
    var pace = SavingPace()
    #expect(!pace.isDue(now: 5) && pace.next == nil)
    pace.changed(now: 10)
    #expect(pace.isDue(now: 10))
    pace.saved(now: 10, taking: 100)
    #expect(pace.next == nil)
    pace.changed(now: 200)
    pace.changed(now: 300)
    #expect(pace.next == 2110 && !pace.isDue(now: 2109) && pace.isDue(now: 2110))
    pace.hurryUp(now: 400)
    #expect(pace.isDue(now: 400))
    pace.saved(now: 400, taking: 100)
    pace.hurryUp(now: 401)
    #expect(!pace.isDue(now: 9999))
    pace.changed(now: 10_000)
    #expect(pace.isDue(now: 10_000))
    pace.saved(now: 0, taking: 30_000_000_000)
    pace.changed(now: 1)
    #expect(pace.next == SavingPace.longestRest)
  }

  @Test func aFloodOfRefusalsIsOneLine() {
    var counter = RefusalCounter()
    for number in 0..<1000 { counter.add("task", "reason \(number % 40)", now: 0) }
    let early = counter.report(now: 1)
    let report = counter.report(now: RefusalCounter.interval)
    #expect(early == nil && report?.contains("other reasons (600 times)") ?? false)
    let next = counter.report(now: 2 * RefusalCounter.interval)
    #expect(next == nil)
  }

  @Test func deadlinesFallDueInOrderAndVoidOnesDoNot() {
    var heap = DeadlineHeap<String>()
    for (key, time) in [("c", 30), ("a", 10), ("b", 20), ("a", 25)] { heap.set(key, at: time) }
    heap.cancel("b")
    let next = heap.next()
    #expect(next == 25)
    let due = [heap.popDue(24), heap.popDue(30), heap.popDue(30), heap.popDue(99)]
    #expect(due == [nil, "a", "c", nil])
  }

  @Test func queuesKeepTheirOrder() {
    var queue = Queue<Int>()
    var expected: [Int] = []
    for number in 0..<10_000 {
      queue.append(number)
      expected.append(number)
      if number % 3 == 0 {
        let first = queue.popFirst()
        #expect(first == expected.removeFirst())
      }
    }
    #expect(queue.count == expected.count && queue.first == expected.first)
    while let next = queue.popFirst() { #expect(next == expected.removeFirst()) }
    #expect(expected.isEmpty && queue.isEmpty)
  }
}
