// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import ApusWire
import Testing

@testable import ApusCluster

/// What becomes of tasks whose engines leave, and of all tasks whatever happens.
extension TaskSchedulerTests {
  @Test func tasksOfAnEngineThatLeftFailAfterAWhile() {
    var s = scheduler(engines: ["a"])
    submit(1, to: &s)
    s.describeDeparture("a", "Engine 0 is gone")
    s.engineLeft("a", now: 100, patience: 50)
    check(happened(&s), [])
    deadline(&s, 150)
    s.expire(now: 150)
    let actions = s.takeActions()
    guard case .fail(1, _, let error)? = actions.first else {
      Issue.record("no failure")
      return
    }
    #expect(error.name == "EngineError" && error.text.hasPrefix("Engine 0 is gone"))
    #expect(error.text.contains("s_1_1"))
    #expect(s.unfinishedCount == 0)
  }

  @Test func aReplyThatComesLateStillCounts() {
    var s = scheduler(engines: ["a"])
    submit(1, to: &s)
    s.engineLeft("a", now: 100, patience: 50)
    answer(1, from: "a", &s, now: 120)
    s.expire(now: 200)
    check(happened(&s), [])
  }

  @Test func tasksWithRetriesGoToAnotherEngine() {
    var s = scheduler(engines: ["a", "b"])
    check(submit(1, metadata(retries: 1), to: &s), ["1>b"])
    s.engineLeft("b", now: 0, patience: 5)
    s.expire(now: 5)
    check(happened(&s), ["1>a"])
  }

  @Test func anEngineThatComesBackInTimeKeepsItsTasks() {
    var s = scheduler(engines: ["a"])
    submit(1, to: &s)
    s.engineLeft("a", now: 0, patience: 50)
    check(submit(2, to: &s), [])
    s.engineArrived("a", isBack: true, now: 10)
    s.expire(now: 100)
    check(happened(&s), [])
    check(answer(1, from: "a", &s), ["2>a"])
  }

  @Test func abortedTasksLeaveTheQueue() {
    var s = scheduler(engines: ["a"])
    for number in 1...3 { submit(number, to: &s) }
    check(submit(4, metadata(after: Dependency([id(2)])), to: &s), [])
    let aborted = s.abort([id(1), id(2), id(77)], now: 0)
    #expect(aborted.map(\.1) == [2], "1 runs")
    check(happened(&s), ["4!ImpossibleDependency"])
    check(answer(1, from: "a", &s), ["3>a"])
  }

  @Test func anUnreachableEngineGetsNothingUntilItIsHeard() {
    var s = scheduler(engines: ["a", "b"])
    submit(1, to: &s)
    s.couldNotSend(id(1), to: "b", now: 0)
    check(happened(&s), ["1>a"])
    check(submit(2, to: &s), [], "b is not asked")
    s.engineHeard("b", now: 0)
    check(happened(&s), ["2>b"])
    check(answer(1, from: "a", &s), [])
  }

  @Test func theOnlyEngineIsTriedAgainWithTheSameTask() {
    var s = scheduler(engines: ["a"])
    check(submit(1, metadata(retries: 0), to: &s), ["1>a"])
    check(submit(2, to: &s), [])
    s.couldNotSend(id(1), to: "a", now: 0)
    check(happened(&s), [])
    s.engineHeard("a", now: 0)
    let tried = happened(&s)
    #expect(tried.count == 1)
    let first = tried == ["1>a"] ? 1 : 2
    check(answer(first, from: "a", &s), ["\(3 - first)>a"])
    check(answer(3 - first, from: "a", &s), [])
    #expect(s.unfinishedCount == 0)
  }

  @Test func aNewProcessOfTheSameNameKnowsOfNothing() {
    var s = scheduler(engines: ["a"])
    submit(1, to: &s)
    submit(2, metadata(retries: 1), to: &s)
    s.engineLeft("a", now: 0, patience: 50)
    s.engineArrived("a", now: 10)
    check(happened(&s), ["1!EngineError", "2>a"])
    answer(1, from: "a", &s, expects: .unknown)
    s.expire(now: 100)
    check(happened(&s), [])
  }

  @Test func tasksWaitForTargetsThatJoinLater() {
    var s = scheduler(engines: ["a"])
    submit(1, to: &s)
    check(submit(2, metadata(targets: ["a", "late"]), to: &s), [])
    s.engineArrived("late", now: 0)
    check(happened(&s), ["2>late"])
  }

  @Test func followersOfAnEngineThatLeftAreImpossible() {
    var s = scheduler(engines: ["a", "b"])
    submit(1, to: &s)  // b
    answer(1, from: "b", &s)
    s.engineLeft("b", now: 0, patience: 1)
    check(submit(2, metadata(follow: Dependency([id(1)])), to: &s), ["2!ImpossibleDependency"])
    // Also those that wait for its turn when it leaves.
    submit(3, to: &s)  // a
    check(answer(3, from: "a", &s), [])
    submit(4, to: &s)
    check(submit(5, metadata(follow: Dependency([id(3)])), to: &s), [])
    s.engineLeft("a", now: 0, patience: 1000)
    check(happened(&s), ["5!ImpossibleDependency"])
  }

  @Test func aRushOfRetriesTakesTimeThatGrowsWithTheirNumberOnly() {
    var s = scheduler(engines: ["a"])
    for number in 0..<20_000 {
      submit(number, metadata(retries: 1), to: &s)
      if number == 0 { continue }
    }
    var running = 0
    for _ in 0..<20_000 {
      let next = answer(running, from: "a", &s, .error, expects: .retry)
      if let event = next.first { running = Int(event.split(separator: ">")[0]) ?? -1 }
    }
    // Everybody has refused all of them; a new engine takes them one by one, in their order.
    s.engineArrived("b", now: 0)
    check(happened(&s), ["0>b"])
    check(answer(0, from: "b", &s), ["1>b"])
    #expect(s.unfinishedCount == 19_999)
  }

  /// A long run of random events: every task ends exactly once.
  @Test(arguments: TaskScheme.allCases)
  func everyTaskEndsOnceWhateverHappens(_ scheme: TaskScheme) {
    var random = Philox4x64(SeedSequence(11))
    func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }
    var s = scheduler(scheme, mark: 2, engines: (0..<6).map { "e\($0)" })
    var (running, ended): ([Int: String], [Int: Int]) = ([:], [:])
    func note() {
      for event in happened(&s) {
        if event.contains(">") {
          let parts = event.split(separator: ">")
          running[Int(parts[0]) ?? -1] = String(parts[1])
        } else {
          let number = Int(event.split(separator: "!")[0]) ?? -1
          running[number] = nil
          ended[number, default: 0] += 1
        }
      }
    }
    var (next, now, engines) = (0, 0, 6)
    for _ in 0..<4000 {
      now += 1000
      switch below(10) {
      case 0..<4:
        var wish = metadata(retries: below(3), timeout: below(2) == 0 ? 0 : 0.0005)
        if next > 3, below(3) == 0 {
          wish.after = Dependency(
            [id(next - 1 - below(3))], all: below(2) == 0, failure: below(2) == 0)
        }
        if next > 3, below(8) == 0 {
          wish.follow = Dependency([id(below(next))], success: true, failure: below(2) == 0)
        }
        if below(6) == 0 { wish.targets = ["e\(below(engines))", "e\(below(engines))"] }
        let isNew = s.submit(id(next), wish, payload: next, now: now)
        #expect(isNew)
        next += 1
      case 4..<8:
        guard
          let (number, engine) = running.sorted(by: { $0.key < $1.key }).first(where: { _ in
            below(2) == 0
          })
        else { break }
        let status: ReplyMetadata.Status = below(4) == 0 ? .error : .ok
        let disposition = s.replied(
          id(number), from: engine, reply(status, isMet: below(8) > 0), now: now)
        if disposition != .unknown { running[number] = nil }
        if disposition == .forward { ended[number, default: 0] += 1 }
      case 8:
        s.engineLeft("e\(below(engines))", now: now, patience: below(3000))
      default:
        s.engineArrived("e\(engines)", now: now)
        engines += 1
      }
      note()
      s.expire(now: now)
      note()
    }
    // In the end everybody leaves, and whatever waits for nobody in particular is aborted.
    for engine in 0..<engines { s.engineLeft("e\(engine)", now: now, patience: 1) }
    s.expire(now: now + 10_000_000_000)
    note()
    for (id, number) in s.abort((0..<next).map { id($0) }, now: now) {
      #expect(id == self.id(number))
      ended[number, default: 0] += 1
    }
    note()
    #expect(s.unfinishedCount == 0)
    #expect(ended.count == next)
    #expect(ended.values.allSatisfy { $0 == 1 })
  }
}
