// Part of Apus, Apache-2.0. See LICENSE.
import ApusController
import ApusRandom
import ApusTransport
import ApusWire
import Testing

/// Tests of a whole controller in memory, with a clock that the test advances.
@Suite struct ControllerInMemoryTests {
  @Test func tasksGoToEnginesAndRepliesComeBack() throws {
    let cluster = try MemoryCluster()
    let first = cluster.submit()
    cluster.turn()
    #expect(try cluster.requests(.taskEngines).isEmpty, "there is no engine yet")
    cluster.join("a", connection: 5)
    let second = cluster.submit()
    cluster.turn()
    let sent = try cluster.requests(.taskEngines)
    #expect(sent.map(\.engine) == ["a"], "one task at a time")
    try cluster.reply("a", to: sent[0].frames, on: .taskEngines)
    cluster.turn()
    #expect(try cluster.replies(.taskClients) == [first: "ok"])
    let next = try cluster.requests(.taskEngines)
    try cluster.reply("a", to: next[0].frames, status: "error", on: .taskEngines)
    cluster.turn()
    #expect(try cluster.replies(.taskClients) == [second: "error"])
    #expect(try cluster.ask("queue_request")["0"]?["completed"] == 2)
  }

  @Test func aHeldMessageIsSentWhenItsEngineCanBeReached() throws {
    let cluster = try MemoryCluster()
    cluster.join("a", connection: 5)
    cluster.transport.reachable = []
    let id = cluster.send("apply_request", to: ["a"], on: .muxClients)
    cluster.turn()
    cluster.turn(after: .milliseconds(20))
    #expect(try cluster.requests(.muxEngines).isEmpty)
    cluster.transport.reachable = ["a"]
    cluster.turn(after: .milliseconds(20))
    let sent = try cluster.requests(.muxEngines)
    #expect(sent.count == 1)
    try cluster.reply("a", to: sent[0].frames, on: .muxEngines)
    cluster.turn()
    #expect(try cluster.replies(.muxClients) == [id: "ok"])
  }

  @Test func aMessageForAnEngineThatStaysUnreachableFails() throws {
    let cluster = try MemoryCluster()
    cluster.join("a", connection: 5)
    cluster.transport.reachable = []
    let id = cluster.send("apply_request", to: ["a"], on: .muxClients)
    cluster.turn()
    cluster.turn(after: HeldMessages.timeout)
    #expect(try cluster.replies(.muxClients) == [id: "EngineError"])
  }

  @Test func aMessageForAnEngineThatGivesUpJoiningFails() throws {
    let cluster = try MemoryCluster()
    cluster.register("a")
    cluster.turn()
    let id = cluster.send("apply_request", to: ["a"], on: .muxClients)
    cluster.turn()
    #expect(try cluster.replies(.muxClients).isEmpty, "it may still join")
    cluster.send("unregistration_request", JSONText(["id": 0]), on: .query)
    cluster.turn()
    #expect(try cluster.replies(.muxClients) == [id: "EngineError"])
  }

  @Test func aRequestForADeadEngineDoesNotEndAnotherOneOfTheSameIdentifier() throws {
    let cluster = try MemoryCluster()
    cluster.join("a", connection: 5)
    let id = cluster.send("apply_request", to: ["a"], on: .muxClients)
    cluster.turn()
    cluster.send("apply_request", to: ["dead"], on: .muxClients, id: id)
    cluster.turn()
    #expect(try cluster.replies(.muxClients) == [id: "EngineError"])
    let request = try #require(cluster.requests(.muxEngines).first)
    try cluster.reply("a", to: request.frames, on: .muxEngines)
    cluster.turn()
    #expect(try cluster.replies(.muxClients) == [id: "ok"])
    let result = try cluster.ask("result_request", ["msg_ids": [.string(id.text)]])
    #expect(result[id.text]?["result_content"]?["status"] == "ok")
  }

  @Test func theEndOfAnEnginesConnectionsFailsItsTaskAfterTheGracePeriods() throws {
    let cluster = try MemoryCluster()
    cluster.join("a", connection: 5)
    let id = cluster.submit()
    cluster.turn()
    cluster.transport.end(5, on: .pong)
    cluster.turn()
    cluster.turn(after: HeartMonitor.gracePeriod)
    #expect(try cluster.ask("connection_request")["engines"] == [:])
    #expect(try cluster.replies(.taskClients).isEmpty, "its reply may still come")
    cluster.turn(after: Departure.disconnected.gracePeriod)
    #expect(try cluster.replies(.taskClients) == [id: "EngineError"])
  }

  @Test func anEngineThatComesBackLateIsGivenTasksAgain() throws {
    let cluster = try MemoryCluster { $0.heartbeatPeriod = .milliseconds(500) }
    cluster.join("a", connection: 5)
    let lost = cluster.submit()
    // It hangs until its grace period is over.
    for _ in 0..<60 { cluster.turn(after: .milliseconds(500)) }
    #expect(try cluster.ask("connection_request")["engines"] == [:])
    #expect(try cluster.replies(.taskClients) == [lost: "EngineError"])
    _ = try cluster.requests(.taskEngines)
    let next = cluster.submit()
    cluster.turn()
    #expect(try cluster.requests(.taskEngines).isEmpty)
    cluster.answerPing("a", connection: 5)
    cluster.turn()
    #expect(try cluster.ask("connection_request")["engines"] == ["0": "a"])
    let sent = try cluster.requests(.taskEngines)
    #expect(sent.map(\.engine) == ["a"])
    try cluster.reply("a", to: try #require(sent.first).frames, on: .taskEngines)
    cluster.turn()
    #expect(try cluster.replies(.taskClients) == [next: "ok"])
  }

  @Test func aReusedDescriptorIsNotTakenForTheEndOfTheNewConnection() throws {
    let cluster = try MemoryCluster()
    cluster.join("a", connection: 5)
    // The old connection of a ends, and that of b gets its descriptor, before the controller looks.
    cluster.register("b")
    cluster.turn()
    cluster.turn(after: .milliseconds(60))
    cluster.transport.mayHaveEndedConnections = false
    cluster.transport.end(5, on: .pong)
    cluster.answerPing("b", connection: 5)
    cluster.turn()
    cluster.answerPing("b", connection: 5)
    cluster.turn(after: .milliseconds(60))
    cluster.turn(after: HeartMonitor.gracePeriod)
    #expect(try cluster.ask("connection_request")["engines"] == ["1": "b"])
  }

  @Test func timeoutsAbortsAndRetriesNeedNoSocket() throws {
    let cluster = try MemoryCluster()
    cluster.join("a", connection: 5)
    let running = cluster.submit(retries: 1)
    let late = cluster.submit(timeout: 1)
    let unwanted = cluster.submit()
    cluster.turn()
    cluster.send(
      "abort_request", JSONText(["msg_ids": [.string(unwanted.text)]]), to: ["a"],
      on: .controlClients)
    cluster.turn()
    #expect(try cluster.replies(.taskClients) == [unwanted: "aborted"])
    cluster.turn(after: .seconds(1))
    #expect(try cluster.replies(.taskClients) == [late: "TaskTimeout"])
    // Its engine fails it; the retry goes to another one.
    let first = try cluster.requests(.taskEngines)
    try cluster.reply("a", to: first[0].frames, status: "error", on: .taskEngines)
    cluster.turn()
    cluster.join("b", connection: 6)
    let second = try cluster.requests(.taskEngines)
    #expect(second.map(\.engine) == ["b"])
    try cluster.reply("b", to: second[0].frames, on: .taskEngines)
    cluster.turn()
    #expect(try cluster.replies(.taskClients) == [running: "ok"])
  }

  @Test func aClientCanEndTheControllerAfterEveryoneWasTold() throws {
    let cluster = try MemoryCluster()
    #expect(try cluster.ask("shutdown_request")["status"] == "ok")
    #expect(cluster.transport.take(.notification).count == 1)
    #expect(cluster.turn(after: .milliseconds(499)) && !cluster.turn(after: .milliseconds(1)))
  }

  /// A random life of a cluster: engines come, go, hang and return, and every task is answered exactly once.
  @Test(arguments: [UInt128(1), 2, 3])
  func everyTaskOfARandomLifeIsAnsweredOnce(_ seed: UInt128) throws {
    let cluster = try MemoryCluster { $0.heartbeatPeriod = .milliseconds(500) }
    var random = Philox4x64(SeedSequence(seed))
    func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }
    var (submitted, answers): (Set<MessageID>, [MessageID: String]) = ([], [:])
    var (open, alive): ([(EngineID, [[UInt8]])], [(EngineID, Int32)]) = ([], [])
    var nextEngine = 0
    func collect() throws {
      for (id, answer) in try cluster.replies(.taskClients) {
        #expect(answers.updateValue(answer, forKey: id) == nil)
      }
      open += try cluster.requests(.taskEngines).map { ($0.engine, $0.frames) }
    }
    for _ in 0..<3000 {
      switch below(10) {
      case 0..<4 where submitted.count < answers.count + 60:
        submitted.insert(cluster.submit(retries: below(2), timeout: below(5) == 0 ? 0.5 : 0))
      case 0..<8 where !open.isEmpty:
        let (engine, request) = open.remove(at: below(open.count))
        guard alive.contains(where: { $0.0 == engine }) else { break }
        let status = below(6) == 0 ? "error" : "ok"
        try cluster.reply(engine, to: request, status: status, on: .taskEngines)
      case 8 where alive.count < 5:
        let engine = EngineID("e\(nextEngine)")
        cluster.join(engine, connection: Int32(nextEngine))
        alive.append((engine, Int32(nextEngine)))
        nextEngine += 1
      case 9 where !alive.isEmpty && below(4) == 0:
        let (engine, connection) = alive.remove(at: below(alive.count))
        cluster.transport.reachable.remove(engine)
        cluster.transport.end(connection, on: .pong)
      default: break
      }
      for (engine, connection) in alive { cluster.answerPing(engine, connection: connection) }
      cluster.turn(after: .milliseconds(below(100)))
      try collect()
    }
    // Let one engine finish what is left.
    cluster.join("last", connection: 30_000)
    for _ in 0..<2000 where answers.count < submitted.count {
      for (engine, request) in open where engine == "last" {
        try cluster.reply(engine, to: request, on: .taskEngines)
      }
      open = []
      cluster.answerPing("last", connection: 30_000)
      cluster.turn(after: .milliseconds(100))
      try collect()
    }
    #expect(answers.count == submitted.count && submitted.count > 300)
    #expect(Set(answers.keys) == submitted)
    #expect(answers.values.contains("ok") && answers.values.contains("EngineError"))
  }
}
