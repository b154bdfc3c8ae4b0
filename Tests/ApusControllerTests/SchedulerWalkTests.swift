// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import ApusTransport
import ApusWire
import Foundation
import Testing

@testable import ApusController

/// Long random sequences of events: whatever happens, the invariants hold and every task ends exactly once.
@Suite struct SchedulerWalkTests {
  /// One random walk: its events, and what a driver that carries out all actions would see.
  private struct Walk {
    var scheduler: TaskScheduler<Int>
    var random: Philox4x64
    var running: [Int: EngineID] = [:]
    var runningNumbers: [Int] = []
    var ended: [Int: Int] = [:]
    var here: [EngineID] = []
    var departed: [EngineID] = []
    var nextTask = 0
    var nextEngine = 0
    var now = Instant()
    /// The actions so far, as text, if they are wanted.
    var trace: [String]?

    /// The most tasks at a time.
    let capacity: Int

    init(_ scheme: TaskScheme, seed: UInt128, capacity: Int = 200, traces: Bool = false) {
      self.capacity = capacity
      scheduler = TaskScheduler(
        scheme: scheme, highWaterMark: scheme == .pure ? 0 : 2,
        random: Philox4x64(SeedSequence(seed)))
      random = Philox4x64(SeedSequence(seed + 1))
      trace = traces ? [] : nil
    }

    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }

    func id(_ number: Int) -> TaskID { TaskID("s_1_\(number)") }

    /// Hands an event over and does what the scheduler says.
    mutating func handle(_ event: TaskScheduler<Int>.Event) -> TaskScheduler<Int>.Outcome {
      let outcome = scheduler.handle(event, at: now)
      if case .aborted(let aborted) = outcome {
        for (_, number) in aborted { end(number) }
      }
      return outcome
    }

    mutating func perform() {
      for action in scheduler.takeActions() {
        switch action {
        case .send(let number, _, let engine):
          if running.updateValue(engine, forKey: number) == nil { runningNumbers.append(number) }
          trace?.append("\(number)>\(engine)")
        case .fail(let number, _, let error, _):
          running[number] = nil
          end(number)
          trace?.append("\(number)!\(error.name)")
        }
      }
    }

    mutating func end(_ number: Int) {
      ended[number, default: 0] += 1
      trace?.append("\(number).")
    }

    mutating func metadata() -> TaskMetadata {
      var metadata = TaskMetadata()
      metadata.retries = below(3)
      metadata.timeout = below(2) == 0 ? 0 : 0.0005
      if nextTask > 3, below(3) == 0 {
        metadata.after = Dependency(
          [id(nextTask - 1 - below(3))], all: below(2) == 0, failure: below(2) == 0)
      }
      if nextTask > 3, below(8) == 0 {
        let recent = max(0, nextTask - 50)
        metadata.follow = Dependency(
          [id(recent + below(nextTask - recent))], success: true, failure: below(2) == 0)
      }
      if below(6) == 0, !here.isEmpty {
        metadata.targets = [here[below(here.count)], here[below(here.count)]]
      }
      return metadata
    }

    /// A running task, chosen at random.
    mutating func anyRunning() -> (Int, EngineID)? {
      while !runningNumbers.isEmpty {
        let index = below(runningNumbers.count)
        let number = runningNumbers[index]
        if let engine = running[number] { return (number, engine) }
        runningNumbers.swapAt(index, runningNumbers.count - 1)
        runningNumbers.removeLast()
      }
      return nil
    }

    mutating func step() {
      now = now + .microseconds(1)
      switch below(40) {
      case 0..<15 where scheduler.unfinishedCount < capacity:
        _ = handle(.submitted(id(nextTask), metadata(), nextTask))
        nextTask += 1
      case 0..<33: reply()
      case 33: abortSome()
      case 34: if let (number, engine) = anyRunning() { failSending(number, engine) }
      case 35: if !here.isEmpty { _ = handle(.engineHeard(here[below(here.count)])) }
      case 36 where !here.isEmpty:
        let engine = here.remove(at: below(here.count))
        departed.append(engine)
        _ = handle(.engineLeft(engine))
      case 37 where !departed.isEmpty:
        let engine = departed.remove(at: below(departed.count))
        if below(2) == 0 {
          here.append(engine)
          _ = handle(.engineJoined(engine))
        } else {
          for (number, at) in running where at == engine { running[number] = nil }
          _ = handle(.engineGone(engine, reason: "gone"))
          // It was only cut off for long.
          if below(2) == 0 && here.count < 8 {
            here.append(engine)
            _ = handle(.engineJoined(engine))
          }
        }
      case 38 where here.count < 8:
        let engine = EngineID("e\(nextEngine)")
        nextEngine += 1
        here.append(engine)
        _ = handle(.engineJoined(engine))
      default: _ = handle(.timePassed)
      }
      perform()
    }

    private mutating func reply() {
      guard let (number, engine) = anyRunning() else { return }
      var reply = ReplyMetadata()
      reply.status = below(4) == 0 ? .error : .ok
      reply.areDependenciesMet = below(8) > 0
      switch handle(.replied(id(number), engine, reply)) {
      case .finished:
        running[number] = nil
        end(number)
      case .retried: running[number] = nil
      default: Issue.record("task \(number) was sent to \(engine)")
      }
    }

    private mutating func abortSome() {
      guard nextTask > 0 else { return }
      let number = max(0, nextTask - 1 - below(20))
      _ = handle(.abortRequested([id(number)]))
    }

    private mutating func failSending(_ number: Int, _ engine: EngineID) {
      running[number] = nil
      _ = handle(.sendFailed(id(number), engine))
    }

    /// Ends the walk: all engines go, time passes, and what still waits is aborted.
    mutating func finish() {
      running = [:]
      for engine in here + departed {
        _ = handle(.engineGone(engine, reason: "gone"))
        perform()
      }
      now = now + .seconds(10)
      _ = handle(.timePassed)
      perform()
      _ = handle(.abortRequested((0..<nextTask).map { id($0) }))
      perform()
    }
  }

  /// The number of events of the long walk.
  private static let eventCount =
    ProcessInfo.processInfo.environment["APUS_WALK_EVENTS"].flatMap { Int($0) } ?? 1_000_000

  @Test(arguments: TaskScheme.allCases)
  func everyTaskEndsOnceAndInvariantsHoldAfterEachEvent(_ scheme: TaskScheme) {
    var walk = Walk(scheme, seed: 11, capacity: 40)
    walkAndCheck(&walk, events: Self.eventCount / (TaskScheme.allCases.count * 10))
  }

  /// - Parameter every: after how many events the invariants are checked; what breaks one breaks it for long.
  private func walkAndCheck(_ walk: inout Walk, events: Int, every: Int = 1) {
    for event in 0..<events {
      walk.step()
      guard event % every == 0 else { continue }
      let violated = walk.scheduler.violatedInvariants()
      guard violated.isEmpty else {
        Issue.record("after task \(walk.nextTask): \(violated)")
        return
      }
    }
    check(&walk)
  }

  @Test func everyTaskEndsOnceAndInvariantsHoldInAMillionEvents() {
    var walk = Walk(.leastload, seed: 5, capacity: 16)
    walkAndCheck(&walk, events: Self.eventCount, every: 7)
  }

  private func check(_ walk: inout Walk) {
    walk.finish()
    #expect(walk.scheduler.violatedInvariants() == [])
    #expect(walk.scheduler.unfinishedCount == 0)
    #expect(walk.ended.count == walk.nextTask && walk.nextTask > 500)
    #expect(walk.ended.values.allSatisfy { $0 == 1 })
  }

  @Test(arguments: [TaskScheme.leastload, .weighted])
  func theSameEventsLeadToTheSameActions(_ scheme: TaskScheme) {
    var traces: [[String]] = []
    for _ in 0..<2 {
      var walk = Walk(scheme, seed: 23, traces: true)
      for _ in 0..<20_000 { walk.step() }
      traces.append(walk.trace ?? [])
    }
    #expect(traces[0] == traces[1] && traces[0].count > 10_000)
  }
}
