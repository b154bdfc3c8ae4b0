// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import ApusTransport
import ApusWire
import Testing

@testable import ApusController

/// Tests of tasks whose engines leave, and of all tasks in a long run of random events.
extension TaskSchedulerTests {
  @Test func tasksOfAnEngineFailWhenItIsGone() {
    var s = scheduler(engines: ["a"])
    submit(1, to: &s)
    s.event(.engineLeft("a"), at: 100)
    check(happened(&s), [])
    s.event(.engineGone("a", reason: "Engine 0 is gone"), at: 150)
    let actions = s.takeActions()
    guard case .fail(1, _, let error, "a")? = actions.first else {
      Issue.record("no failure at engine a")
      return
    }
    #expect(error.name == "EngineError" && error.text.hasPrefix("Engine 0 is gone"))
    #expect(error.text.contains("s_1_1"))
    #expect(s.unfinishedCount == 0)
  }

  @Test func aReplyThatComesLateStillCounts() {
    var s = scheduler(engines: ["a"])
    submit(1, to: &s)
    s.event(.engineLeft("a"), at: 100)
    answer(1, from: "a", &s, now: 120)
    s.event(.engineGone("a", reason: "gone"), at: 200)
    check(happened(&s), [])
  }

  @Test func tasksWithRetriesGoToAnotherEngine() {
    var s = scheduler(engines: ["a", "b"])
    check(submit(1, metadata(retries: 1), to: &s), ["1>b"])
    s.event(.engineLeft("b"))
    s.event(.engineGone("b", reason: "gone"), at: 5)
    check(happened(&s), ["1>a"])
  }

  @Test func anEngineThatComesBackInTimeKeepsItsTasks() {
    var s = scheduler(engines: ["a"])
    submit(1, to: &s)
    s.event(.engineLeft("a"))
    check(submit(2, to: &s), [])
    s.event(.engineJoined("a"), at: 10)
    check(happened(&s), [])
    check(answer(1, from: "a", &s), ["2>a"])
  }

  @Test func anEngineThatComesBackTooLateIsAsNew() {
    var s = scheduler(engines: ["a"])
    submit(1, to: &s)
    s.event(.engineLeft("a"))
    s.event(.engineGone("a", reason: "gone"), at: 5)
    check(happened(&s), ["1!EngineError"])
    check(submit(2, to: &s), [])
    s.event(.engineJoined("a"), at: 10)
    check(happened(&s), ["2>a"])
  }

  @Test func aTaskThatWaitsIsKnownAfterManyOthers() {
    var s = scheduler(engines: [])
    let first = TaskID("first")
    s.event(.submitted(first, TaskMetadata(), 0))
    for number in 0...TaskOutcomes.maximumOthers {
      let other = TaskID("other \(number)")
      _ = s.handle(.submitted(other, TaskMetadata(), 1), at: 0)
      _ = s.handle(.abortRequested([other]), at: 0)
    }
    #expect(s.outcomes[first].state == .unknown, "its entry has been dropped")
    #expect(s.event(.submitted(first, TaskMetadata(), 0)).name == "repeated")
    s.event(.submitted(TaskID("next"), metadata(after: Dependency([first])), 2))
    #expect(s.takeActions().isEmpty && s.unfinishedCount == 2)
  }

  @Test func abortedTasksLeaveTheQueue() {
    var s = scheduler(engines: ["a"])
    for number in 1...3 { submit(number, to: &s) }
    check(submit(4, metadata(after: Dependency([id(2)])), to: &s), [])
    guard case .aborted(let aborted) = s.event(.abortRequested([id(1), id(2), id(77)])) else {
      Issue.record("nothing was aborted")
      return
    }
    #expect(aborted.map(\.payload) == [2], "task 1 is running")
    check(happened(&s), ["4!ImpossibleDependency"])
    check(answer(1, from: "a", &s), ["3>a"])
  }

  @Test func anUnreachableEngineGetsNothingUntilItIsHeard() {
    var s = scheduler(engines: ["a", "b"])
    submit(1, to: &s)
    s.event(.sendFailed(id(1), "b"))
    check(happened(&s), ["1>a"])
    check(submit(2, to: &s), [], "b gets no task")
    s.event(.engineHeard("b"), at: 0)
    check(happened(&s), ["2>b"])
    check(answer(1, from: "a", &s), [])
  }

  @Test func theOnlyEngineIsTriedAgainWithTheSameTask() {
    var s = scheduler(engines: ["a"])
    check(submit(1, metadata(retries: 0), to: &s), ["1>a"])
    check(submit(2, to: &s), [])
    s.event(.sendFailed(id(1), "a"))
    check(happened(&s), [])
    s.event(.engineHeard("a"), at: 0)
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
    s.event(.engineLeft("a"))
    s.event(.engineGone("a", reason: "gone"), at: 10)
    s.event(.engineJoined("a"), at: 10)
    check(happened(&s), ["1!EngineError", "2>a"])
    answer(1, from: "a", &s, expects: "unknownReply")
  }

  @Test func tasksWaitForTargetsThatJoinLater() {
    var s = scheduler(engines: ["a"])
    submit(1, to: &s)
    check(submit(2, metadata(targets: ["a", "late"]), to: &s), [])
    s.event(.engineJoined("late"), at: 0)
    check(happened(&s), ["2>late"])
  }

  @Test func followersOfAnEngineThatLeftAreImpossible() {
    var s = scheduler(engines: ["a", "b"])
    submit(1, to: &s)  // b
    answer(1, from: "b", &s)
    s.event(.engineLeft("b"), at: 0)
    check(submit(2, metadata(follow: Dependency([id(1)])), to: &s), ["2!ImpossibleDependency"])
    // Also tasks that wait for the engine when it leaves.
    submit(3, to: &s)  // a
    check(answer(3, from: "a", &s), [])
    submit(4, to: &s)
    check(submit(5, metadata(follow: Dependency([id(3)])), to: &s), [])
    s.event(.engineLeft("a"), at: 0)
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
      let next = answer(running, from: "a", &s, .error, expects: "retried")
      if let event = next.first { running = Int(event.split(separator: ">")[0]) ?? -1 }
    }
    // The only engine has failed all of them; a new engine takes them one by one, in order.
    s.event(.engineJoined("b"), at: 0)
    check(happened(&s), ["0>b"])
    check(answer(0, from: "b", &s), ["1>b"])
    #expect(s.unfinishedCount == 19_999)
  }
}
