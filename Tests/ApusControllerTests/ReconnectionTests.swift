// Part of Apus, Apache-2.0. See LICENSE.
import ApusController
import ApusTransport
import ApusWire
import Testing

/// Engines whose connections end and come back; each was found by a simulated life.
@Suite struct ReconnectionTests {
  /// The signature of a request `[client, delimiter, signature, …]`.
  private func signature(_ frames: [[UInt8]]) throws -> [UInt8] {
    let place = try #require(frames.firstIndex(of: WireMessage.delimiter))
    return frames[place + 1]
  }

  private func type(_ frames: [[UInt8]], _ cluster: MemoryCluster) throws -> String {
    let message = try WireMessage.read(frames, signer: cluster.signer).message
    return try MessageHeader(message.header.span).type.rawValue
  }

  /// Ends the connection of the engine "a", and opens another after a while.
  private func cut(_ cluster: MemoryCluster, for time: Duration) {
    cluster.transport.reachable.remove("a")
    cluster.transport.end(5, on: .pong)
    for _ in 0..<10 { cluster.turn(after: time / 10) }
    cluster.transport.reachable.insert("a")
    cluster.answerPing("a", connection: 6)
    cluster.turn()
    cluster.turn(after: .milliseconds(60))
    cluster.answerPing("a", connection: 6)
    cluster.turn()
  }

  @Test func aTaskOfALostEngineGoesBackToItIfItIsTheOnlyOne() throws {
    let cluster = try MemoryCluster()
    cluster.join("a", connection: 5)
    let task = cluster.submit(retries: 1)
    cluster.turn()
    let first = try #require(cluster.requests(.taskEngines).first)
    cut(cluster, for: .seconds(3))
    let again = try cluster.requests(.taskEngines).filter {
      try type($0.frames, cluster) == "apply_request"
    }
    #expect(again.map(\.engine) == ["a"])
    // An engine of Python would pass over a signature that it has seen.
    #expect(try signature(again[0].frames) != signature(first.frames))
    try cluster.reply("a", to: again[0].frames, on: .taskEngines)
    cluster.turn()
    #expect(try cluster.replies(.taskClients) == [task: "ok"])
  }

  @Test func anAnswerThatWasLostWithAConnectionIsFoundOut() throws {
    let cluster = try MemoryCluster()
    cluster.join("a", connection: 5)
    let task = cluster.submit()
    cluster.turn()
    let first = try #require(cluster.requests(.taskEngines).first)
    cut(cluster, for: .milliseconds(100))
    let asked = try cluster.requests(.taskEngines)
    #expect(try asked.map { try type($0.frames, cluster) } == ["kernel_info_request"])
    try cluster.reply("a", to: asked[0].frames, on: .taskEngines)
    cluster.turn()
    let again = try #require(cluster.requests(.taskEngines).first)
    #expect(try signature(again.frames) != signature(first.frames))
    try cluster.reply("a", to: again.frames, on: .taskEngines)
    cluster.turn()
    #expect(try cluster.replies(.taskClients) == [task: "ok"])
  }

  @Test func aTaskThatIsStillThereIsNotGivenAgain() throws {
    let cluster = try MemoryCluster()
    cluster.join("a", connection: 5)
    let task = cluster.submit()
    cluster.turn()
    let first = try #require(cluster.requests(.taskEngines).first)
    cut(cluster, for: .milliseconds(100))
    let asked = try cluster.requests(.taskEngines)
    // It answers in the order in which it was asked.
    try cluster.reply("a", to: first.frames, on: .taskEngines)
    try cluster.reply("a", to: asked[0].frames, on: .taskEngines)
    cluster.turn()
    #expect(try cluster.replies(.taskClients) == [task: "ok"])
    cluster.turn(after: .seconds(1))
    #expect(try cluster.requests(.taskEngines).isEmpty)
  }

  // MARK: Requests to one engine

  @Test func aRequestToOneEngineThatACutHasLostFailsByName() throws {
    let cluster = try MemoryCluster()
    cluster.join("a", connection: 5)
    let request = cluster.send("apply_request", to: ["a"], on: .muxClients)
    cluster.turn()
    _ = try #require(cluster.requests(.muxEngines).first)
    cut(cluster, for: .milliseconds(100))
    let asked = try cluster.requests(.muxEngines)
    #expect(try asked.map { try type($0.frames, cluster) } == ["kernel_info_request"])
    try cluster.reply("a", to: asked[0].frames, on: .muxEngines)
    cluster.turn()
    #expect(try cluster.replies(.muxClients) == [request: "EngineError"])
  }

  @Test func aRequestToOneEngineThatIsStillThereIsAnsweredAfterACut() throws {
    let cluster = try MemoryCluster()
    cluster.join("a", connection: 5)
    let request = cluster.send("apply_request", to: ["a"], on: .muxClients)
    cluster.turn()
    let first = try #require(cluster.requests(.muxEngines).first)
    cut(cluster, for: .milliseconds(100))
    let asked = try cluster.requests(.muxEngines)
    try cluster.reply("a", to: first.frames, on: .muxEngines)
    try cluster.reply("a", to: asked[0].frames, on: .muxEngines)
    cluster.turn()
    #expect(try cluster.replies(.muxClients) == [request: "ok"])
  }

  // MARK: What a client awaits

  @Test func anAnswerThatAClientHasLostIsSentAgainWhenItAsks() throws {
    let cluster = try MemoryCluster()
    cluster.join("a", connection: 5)
    let task = cluster.submit()
    cluster.turn()
    let request = try #require(cluster.requests(.taskEngines).first)
    try cluster.reply("a", to: request.frames, on: .taskEngines)
    cluster.turn()
    #expect(try cluster.replies(.taskClients) == [task: "ok"])
    // Its connection was cut, and it has another name.
    cluster.client = "c2"
    let content = JSONText(["msg_ids": [.string(task.text), "never-sent_1_1"]])
    let question = cluster.send("apus_await_request", content, on: .taskClients)
    cluster.turn()
    let answers = try cluster.answers(.taskClients)
    #expect(answers[task]?["status"] == "ok")
    #expect(answers[question]?["unknown"] == ["never-sent_1_1"])
  }

  @Test func theAnswerToATaskThatRunsFindsTheNewConnectionOfItsClient() throws {
    let cluster = try MemoryCluster()
    cluster.join("a", connection: 5)
    let task = cluster.submit()
    cluster.turn()
    let request = try #require(cluster.requests(.taskEngines).first)
    cluster.client = "c2"
    cluster.send(
      "apus_await_request", JSONText(["msg_ids": [.string(task.text)]]), on: .taskClients)
    cluster.turn()
    // The engine is asked, too, and is at work.
    let asked = try cluster.requests(.taskEngines)
    #expect(try asked.map { try type($0.frames, cluster) } == ["kernel_info_request"])
    _ = cluster.transport.take(.taskClients)
    try cluster.reply("a", to: request.frames, on: .taskEngines)
    try cluster.reply("a", to: asked[0].frames, on: .taskEngines)
    cluster.turn()
    #expect(try cluster.replies(.taskClients) == [task: "ok"])
  }

  // MARK: Engines that a controller does not know

  @Test func anEngineOfSwiftThatTheControllerDoesNotKnowIsAskedToJoin() throws {
    let cluster = try MemoryCluster()
    cluster.join("a", connection: 5)
    _ = cluster.transport.take(.controlEngines)
    for engine in [EngineID(EngineID.swiftPrefix + "b"), "c"] {
      cluster.answerPing(engine, connection: 9)
    }
    cluster.turn()
    let asked = try cluster.requests(.controlEngines)
    #expect(asked.map(\.engine) == [EngineID(EngineID.swiftPrefix + "b")])
    #expect(try asked.map { try type($0.frames, cluster) } == ["apus_join_request"])
  }

  @Test func aRestoredEngineIsAskedWhatItHasWhenItIsHeardFirst() throws {
    let disk = MemoryJournal()
    let first = try MemoryCluster(journal: disk)
    first.join("a", connection: 5)
    let second = try MemoryCluster(journal: disk, at: first.clock.now)
    // It is connected, and gets a task; then its connections are cut before it was heard.
    second.transport.reachable.insert("a")
    second.turn()
    let task = second.submit()
    second.turn()
    #expect(try second.requests(.taskEngines).count == 1)
    second.turn(after: .seconds(3))
    second.answerPing("a", connection: 6)
    second.turn()
    let asked = try second.requests(.taskEngines)
    #expect(try asked.map { try type($0.frames, second) } == ["kernel_info_request"])
    try second.reply("a", to: asked[0].frames, on: .taskEngines)
    second.turn()
    let again = try #require(second.requests(.taskEngines).first)
    try second.reply("a", to: again.frames, on: .taskEngines)
    second.turn()
    #expect(try second.replies(.taskClients) == [task: "ok"])
  }

  // MARK: The next controller

  @Test func aCoalescingBroadcastThatAControllerTookWithItIsAnsweredOnceWithAnError() throws {
    let cluster = try MemoryCluster(restoring: ["a", "b"])
    for (number, engine) in ["a", "b"].enumerated() {
      var own = MessageMaker(session: engine, process: 7, username: "")
      let parent = JSONText(["msg_id": .string("x_1_2_\(engine)"), "session": "x"])
      let metadata: JSONValue = [
        "status": "ok", "engine": .string(engine), "is_broadcast": true, "is_coalescing": true,
        "original_msg_id": "x_1_2",
      ]
      let reply = own.message(
        .applyReply, content: JSONText(["status": "ok"]), parent: parent.bytes,
        metadata: JSONText(metadata), date: cluster.clock.date)
      let identities = [engine, "c"].map { Array($0.utf8) }
      cluster.transport.put(
        reply.frames(identities: identities, signer: cluster.signer), on: .broadcastEngines)
      cluster.turn()
      let sent = try cluster.transport.take(.broadcastClients).map {
        try WireMessage.read($0, signer: cluster.signer).message
      }
      #expect(sent.count == (number == 0 ? 1 : 0))
      guard let answer = sent.first else { continue }
      #expect(try MessageHeader.id(answer.parent.span) == MessageID("x_1_2"))
      let (content, said) = (try JSONValue(answer.content), try JSONValue(answer.metadata))
      #expect(content["ename"]?.string == "EngineError")
      // What clients of Python read from it.
      #expect(said["original_msg_id"]?.string == "x_1_2")
      #expect(said["broadcast_targets"]?.array?.first?.array == [.string("a"), .integer(0)])
    }
  }

  @Test func aTaskThatWaitsIsNotGivenToAnEngineWhoseOwnIsNotTakenOverYet() throws {
    let disk = MemoryJournal()
    let first = try MemoryCluster(journal: disk)
    first.join("a", connection: 5)
    let (running, waiting) = (first.submit(), first.submit())
    first.turn()
    let request = try #require(first.requests(.taskEngines).first)
    let second = try MemoryCluster(journal: disk, at: first.clock.now)
    second.transport.reachable.insert("a")
    second.turn()
    second.answerPing("a", connection: 6)
    second.turn()
    let asked = try second.requests(.taskEngines)
    #expect(try asked.map { try type($0.frames, second) } == ["kernel_info_request"])
    // The client is heard, and gets both answers.
    try second.submitAgain(running)
    try second.submitAgain(waiting)
    second.turn()
    try second.reply("a", to: request.frames, on: .taskEngines)
    try second.reply("a", to: asked[0].frames, on: .taskEngines)
    second.turn()
    let next = try second.requests(.taskEngines)
    #expect(next.count == 1)
    try second.reply("a", to: next[0].frames, on: .taskEngines)
    second.turn()
    #expect(try second.replies(.taskClients) == [running: "ok", waiting: "ok"])
  }

  @Test func aRequestThatComesTwiceIsNotRefusedWhileTheDiskIsFull() throws {
    let disk = MemoryJournal()
    let cluster = try MemoryCluster(journal: disk)
    cluster.join("a", connection: 5)
    let task = cluster.submit()
    cluster.turn()
    disk.isFull = true
    // This one shows that nothing is taken in any more.
    let late = cluster.submit()
    cluster.turn()
    cluster.turn(after: .milliseconds(100))
    let later = cluster.submit()
    cluster.turn()
    let refused = try cluster.replies(.taskClients)
    #expect(refused[later] == "RuntimeError" && refused[task] == nil, "\(refused), \(late)")
    try cluster.submitAgain(task)
    cluster.turn()
    #expect(try cluster.replies(.taskClients)[task] == nil)
  }

  @Test func aControllerThatCouldNotWriteThatItHadStartedIsNotTakenForTheOneBefore() throws {
    let disk = MemoryJournal()
    _ = try MemoryCluster(journal: disk)
    disk.isFull = true
    let second = try MemoryCluster(journal: disk)
    second.turn()
    disk.isFull = false
    second.turn(after: .seconds(60))
    second.join("a", connection: 5)
    let task = second.submit()
    second.turn()
    let before = try Journal.open(disk, syncs: false) { _ in }.contents
    #expect(before.requests[task] != nil)
    // The next one counts from what the second has left, though its start may be missing.
    let marks = before.requests.values.map(\.accepted.epoch)
    #expect(marks.allSatisfy { $0 < before.epoch } && before.epoch >= 2)
  }
}
