// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import ApusTransport
import ApusWire
import Testing

@testable import ApusController

/// Tests of which engine gets which task, and when.
@Suite struct TaskSchedulerTests {
  typealias Scheduler = TaskScheduler<Int>

  func id(_ number: Int) -> MessageID { MessageID("s_1_\(number)") }

  func scheduler(
    _ scheme: TaskScheme = .leastload, mark: Int = 1, engines: [String] = []
  ) -> Scheduler {
    var scheduler = Scheduler(
      scheme: scheme, highWaterMark: mark, random: Philox4x64(SeedSequence(7)))
    for engine in engines { scheduler.event(.engineJoined(EngineID(engine))) }
    return scheduler
  }

  func metadata(
    after: Dependency = .none, follow: Dependency = .none, targets: [EngineID] = [],
    retries: Int = 0, timeout: Double = 0
  ) -> TaskMetadata {
    var metadata = TaskMetadata()
    metadata.after = after
    metadata.follow = follow
    metadata.targets = targets
    metadata.retries = retries
    metadata.timeout = timeout
    return metadata
  }

  func reply(
    _ status: ReplyMetadata.Status = .ok, isMet: Bool = true
  ) -> ReplyMetadata {
    var reply = ReplyMetadata()
    reply.status = status
    reply.areDependenciesMet = isMet
    return reply
  }

  /// What happened, as text: "3>a" for task 3 sent to a, "3!Name" for its failure.
  func happened(_ scheduler: inout Scheduler) -> [String] {
    scheduler.takeActions().map { action in
      switch action {
      case .send(let payload, let id, let engine):
        #expect(id == self.id(payload))
        return "\(payload)>\(engine)"
      case .fail(let payload, _, let error, _): return "\(payload)!\(error.name)"
      }
    }
  }

  @discardableResult
  func submit(
    _ number: Int, _ metadata: TaskMetadata = TaskMetadata(), to scheduler: inout Scheduler,
    now: Instant = 0
  ) -> [String] {
    let outcome = scheduler.event(.submitted(id(number), metadata, number), at: now)
    #expect(outcome.name == "none")
    return happened(&scheduler)
  }

  @discardableResult
  func answer(
    _ number: Int, from engine: EngineID, _ scheduler: inout Scheduler,
    _ status: ReplyMetadata.Status = .ok, isMet: Bool = true,
    expects: String = "finished", now: Instant = 0
  ) -> [String] {
    let outcome = scheduler.event(
      .replied(id(number), engine, reply(status, isMet: isMet)), at: now)
    #expect(outcome.name == expects)
    return happened(&scheduler)
  }

  func check(
    _ events: [String], _ expected: [String], _ comment: Comment? = nil,
    at location: SourceLocation = #_sourceLocation
  ) {
    #expect(events == expected, comment, sourceLocation: location)
  }

  func deadline(
    _ scheduler: inout Scheduler, _ expected: Instant?, _ comment: Comment? = nil,
    at location: SourceLocation = #_sourceLocation
  ) {
    let next = scheduler.nextDeadline()
    #expect(next == expected, comment, sourceLocation: location)
  }

  // MARK: Choice

  @Test func tasksGoToTheLeastLoadedAndOfThoseToTheOneThatRestedLongest() {
    var s = scheduler(mark: 2, engines: ["a", "b", "c"])
    // New engines come first: c, b, a.
    check(submit(1, to: &s), ["1>c"])
    check(submit(2, to: &s), ["2>b"])
    check(submit(3, to: &s), ["3>a"])
    check(submit(4, to: &s), ["4>c"])
    check(answer(3, from: "a", &s), [])
    check(submit(5, to: &s), ["5>a"])
    check(submit(6, to: &s), ["6>b"])
    check(submit(7, to: &s), ["7>a"])
    check(submit(8, to: &s), [], "all have two")
    check(answer(2, from: "b", &s), ["8>b"])
  }

  @Test func leastRecentlyUsedTakesNoHeedOfLoads() {
    var s = scheduler(.lru, mark: 0, engines: ["a", "b"])
    check(submit(1, to: &s), ["1>b"])
    check(submit(2, to: &s), ["2>a"])
    check(answer(2, from: "a", &s), [])
    check(submit(3, to: &s), ["3>b"])
    check(submit(4, to: &s), ["4>a"])
  }

  @Test(arguments: [TaskScheme.plainrandom, .twobin, .weighted])
  func randomSchemesUseAllEnginesWithinTheMark(_ scheme: TaskScheme) {
    var s = scheduler(scheme, mark: 5, engines: ["a", "b", "c", "d"])
    var counts: [Character: Int] = [:]
    for number in 0..<20 {
      let sent = submit(number, to: &s)
      #expect(sent.count == 1)
      counts[sent[0].last ?? " ", default: 0] += 1
    }
    #expect(counts == ["a": 5, "b": 5, "c": 5, "d": 5], "all are full")
    check(submit(20, to: &s), [])
  }

  @Test func twoBinsAndWeightsKeepLoadsEven() {
    for scheme in [TaskScheme.twobin, .weighted] {
      var s = scheduler(scheme, mark: 0, engines: (0..<16).map { "\($0)" })
      var counts: [String: Int] = [:]
      for number in 0..<1600 {
        let engine = submit(number, to: &s)[0].split(separator: ">")[1]
        counts[String(engine), default: 0] += 1
      }
      #expect((counts.values.max() ?? 0) < 130 && (counts.values.min() ?? 0) > 70, "\(scheme)")
    }
  }

  @Test func tasksWaitInOrderUntilAnEngineHasRoom() {
    var s = scheduler(engines: [])
    for number in 1...3 { check(submit(number, to: &s), []) }
    s.event(.engineJoined("a"), at: 0)
    check(happened(&s), ["1>a"])
    check(answer(1, from: "a", &s), ["2>a"])
    s.event(.engineJoined("b"), at: 0)
    check(happened(&s), ["3>b"])
    #expect(s.unfinishedCount == 2)
  }

  @Test func aMarkOfZeroMeansNoLimit() {
    var s = scheduler(mark: 0, engines: ["a"])
    for number in 0..<100 { check(submit(number, to: &s), ["\(number)>a"]) }
  }

  @Test func aNameIsTakenOnce() {
    var s = scheduler(engines: ["a"])
    submit(1, to: &s)
    let second = s.event(.submitted(id(1), TaskMetadata(), 1))
    answer(1, from: "a", &s)
    let third = s.event(.submitted(id(1), TaskMetadata(), 1))
    #expect(second.name == "repeated" && third.name == "repeated")
    check(happened(&s), [])
  }

  // MARK: Targets

  @Test func targetedTasksWaitForTheirEngines() {
    var s = scheduler(engines: ["a", "b"])
    check(submit(1, metadata(targets: ["a"]), to: &s), ["1>a"])
    check(submit(2, metadata(targets: ["a"]), to: &s), [])
    check(submit(3, to: &s), ["3>b"])
    check(submit(4, to: &s), [])
    check(answer(3, from: "b", &s), ["4>b"], "task 2 is not for b")
    check(answer(1, from: "a", &s), ["2>a"])
  }

  @Test func targetsThatAreNotThereFailAtOnce() {
    var s = scheduler(engines: ["a"])
    check(submit(1, metadata(targets: ["x"]), to: &s), ["1!ImpossibleDependency"])
  }

  @Test func tasksForAnEngineThatLeavesFailWhileTheyWait() {
    var s = scheduler(engines: ["a", "b"])
    submit(1, to: &s)
    submit(2, to: &s)
    check(submit(3, metadata(targets: ["a"]), to: &s), [])
    check(submit(4, metadata(targets: ["a", "b"]), to: &s), [])
    s.event(.engineLeft("a"), at: 0)
    check(happened(&s), ["3!ImpossibleDependency"])
    check(answer(1, from: "b", &s), ["4>b"])
  }

  // MARK: Dependencies

  @Test func aTaskWaitsForThoseBeforeIt() {
    var s = scheduler(engines: ["a", "b"])
    submit(1, to: &s)
    check(submit(2, metadata(after: Dependency([id(1)])), to: &s), [])
    check(answer(1, from: "b", &s), ["2>a"])
    check(submit(3, metadata(after: Dependency([id(1)])), to: &s), ["3>b"])
  }

  @Test func successAndFailureCountAsAskedFor() {
    for (dependency, ok, failed) in [
      (Dependency([id(1)]), "2>b", "2!ImpossibleDependency"),
      (Dependency([id(1)], success: false, failure: true), "2!ImpossibleDependency", "2>b"),
      (Dependency([id(1)], success: true, failure: true), "2>b", "2>b"),
      (Dependency([id(1)], all: false), "2>b", "2!ImpossibleDependency"),
    ] {
      for (status, expected) in [(ReplyMetadata.Status.ok, ok), (.error, failed)] {
        var s = scheduler(engines: ["a", "b"])
        submit(1, to: &s)  // to b, the newest
        check(submit(2, metadata(after: dependency), to: &s), [])
        let expected = expected == "2>b" ? "2>a" : expected
        check(answer(1, from: "b", &s, status), [expected])
      }
    }
  }

  @Test func anyOfSeveralIsEnoughWhereAnyIsAskedFor() {
    var s = scheduler(mark: 0, engines: ["a"])
    for number in 1...3 { submit(number, to: &s) }
    let any = Dependency([id(1), id(2), id(3)], all: false)
    check(submit(4, metadata(after: any), to: &s), [])
    check(answer(1, from: "a", &s, .error), [])
    check(answer(2, from: "a", &s), ["4>a"])
    check(answer(3, from: "a", &s), [], "task 4 has been sent once")
  }

  @Test func unknownAndOwnNamesAreInvalid() {
    var s = scheduler(engines: ["a"])
    check(submit(1, metadata(after: Dependency([id(99)])), to: &s), ["1!InvalidDependency"])
    check(submit(2, metadata(after: Dependency([id(2)])), to: &s), ["2!InvalidDependency"])
    check(submit(3, metadata(follow: Dependency([id(99)])), to: &s), ["3!InvalidDependency"])
  }

  @Test func failuresRunThroughChains() {
    var s = scheduler(engines: ["a"])
    submit(1, to: &s)
    for number in 2...200 {
      check(submit(number, metadata(after: Dependency([id(number - 1)])), to: &s), [])
    }
    let failed = answer(1, from: "a", &s, .error)
    #expect(failed == (2...200).map { "\($0)!ImpossibleDependency" })
    #expect(s.unfinishedCount == 0)
  }

  @Test func followersRunWhereTheOthersRan() {
    var s = scheduler(engines: ["a", "b"])
    submit(1, to: &s)  // b
    submit(2, to: &s)  // a
    check(submit(3, metadata(follow: Dependency([id(1)])), to: &s), [])
    check(answer(2, from: "a", &s), [], "not there")
    check(answer(1, from: "b", &s), ["3>b"])
    check(
      submit(4, metadata(follow: Dependency([id(1), id(2)])), to: &s), ["4!ImpossibleDependency"],
      "they ran on different engines")
    let any = metadata(follow: Dependency([id(1), id(2)], all: false))
    check(submit(5, any, to: &s), ["5>a"])
  }

  // MARK: Replies

  @Test func refusedTasksGoElsewhereAndNotBack() {
    var s = scheduler(engines: ["a", "b"])
    check(submit(1, to: &s), ["1>b"])
    check(answer(1, from: "b", &s, isMet: false, expects: "retried"), ["1>a"])
    check(answer(1, from: "a", &s, isMet: false, expects: "retried"), [], "it waits for another")
    s.event(.engineJoined("c"), at: 0)
    check(happened(&s), ["1>c"])
    check(answer(1, from: "c", &s), [])
  }

  @Test func failedTasksAreTriedAsOftenAsAskedFor() {
    var s = scheduler(engines: ["a", "b", "c"])
    check(submit(1, metadata(retries: 1), to: &s), ["1>c"])
    check(answer(1, from: "c", &s, .error, expects: "retried"), ["1>b"])
    check(answer(1, from: "b", &s, .error, expects: "finished"), [])
    check(submit(2, metadata(targets: ["a"], retries: 5), to: &s), ["2>a"])
    check(
      answer(2, from: "a", &s, .error, expects: "retried"), ["2!ImpossibleDependency"],
      "no target is left")
  }

  @Test func repliesThatNobodyWaitsForAreDropped() {
    var s = scheduler(engines: ["a", "b"])
    submit(1, to: &s)
    answer(1, from: "a", &s, expects: "unknownReply")
    answer(2, from: "b", &s, expects: "unknownReply")
    answer(1, from: "b", &s)
    answer(1, from: "b", &s, expects: "unknownReply")
    answer(1, from: "nobody", &s, expects: "unknownReply")
  }

  // MARK: Timeouts

  @Test func tasksThatWaitTooLongTimeOutAndRunningOnesDoNot() {
    var s = scheduler(engines: ["a"])
    submit(1, metadata(timeout: 1), to: &s)
    deadline(&s, nil, "it runs")
    check(submit(2, metadata(timeout: 1), to: &s, now: 5), [])
    deadline(&s, 1_000_000_005)
    s.event(.timePassed, at: 1_000_000_000)
    check(happened(&s), [])
    s.event(.timePassed, at: 1_000_000_005)
    check(happened(&s), ["2!TaskTimeout"])
    check(answer(1, from: "a", &s, now: 10_000_000_000), [])
    deadline(&s, nil)
  }

  @Test func moreRetriesThanEnginesEndWithTheTimeout() {
    var s = scheduler(engines: ["a"])
    submit(1, metadata(retries: 5, timeout: 0.5), to: &s)
    answer(1, from: "a", &s, .error, expects: "retried", now: 100)
    s.event(.timePassed, at: 500_000_100)
    check(happened(&s), ["1!TaskTimeout"])
  }

  @Test func tasksThatNameNoTargetNeverGoToSwiftEngines() {
    var s = scheduler(engines: ["apus-1", "a"])
    check(submit(1, to: &s), ["1>a"])
    check(submit(2, metadata(retries: 1), to: &s), [])
    check(submit(3, metadata(targets: [EngineID("apus-1")]), to: &s), ["3>apus-1"])
    s.event(.engineJoined(EngineID("apus-2")))
    check(happened(&s), [])
    s.event(.replied(id(1), EngineID("a"), reply()))
    check(happened(&s), ["2>a"])
    s.event(.replied(id(3), EngineID("apus-1"), reply()))
    check(happened(&s), [])
    // The retry needs another engine, and Python has no other.
    s.event(.replied(id(2), EngineID("a"), reply(.error)))
    check(happened(&s), [])
    s.event(.engineJoined(EngineID("b")))
    check(happened(&s), ["2>b"])
  }
}
