// Part of Apus, Apache-2.0. See LICENSE.
import ApusController
import ApusTransport
import ApusWire
import Testing

/// What becomes of the requests of a controller that was killed, in the next one.
@Suite struct RestorationTests {
  /// A controller that has died with a finished task, one at the engine "a", and two that wait.
  private struct Dead {
    let archive = MemoryArchive()
    let finished: MessageID
    let running: MessageID
    let waiting: [MessageID]
    /// The request as the engine got it.
    let request: [[UInt8]]

    init() throws {
      let cluster = try MemoryCluster(archive: archive)
      cluster.join("a", connection: 5)
      finished = cluster.submit()
      running = cluster.submit()
      waiting = [cluster.submit(), cluster.submit()]
      cluster.turn()
      let first = try #require(cluster.requests(.taskEngines).first)
      try cluster.reply("a", to: first.frames, on: .taskEngines)
      cluster.turn()
      request = try #require(cluster.requests(.taskEngines).first).frames
      #expect(archive.stored.count == 4)
    }

    /// The next controller, to which the engine has come back, and the client under a new name.
    func next() throws -> MemoryCluster {
      let cluster = try MemoryCluster(archive: archive, restoring: ["a"]) {
        $0.restoresEngines = true
      }
      cluster.client = "d"
      archive.answer()
      cluster.transport.reachable.insert("a")
      for _ in 0..<3 { cluster.turn() }
      return cluster
    }
  }

  /// Lets the client send something, so that the controller knows its name.
  private func contact(_ cluster: MemoryCluster) throws -> [MessageID: JSONValue] {
    let id = cluster.submit()
    cluster.turn()
    var answers = try cluster.answers(.taskClients)
    answers[id] = nil
    return answers
  }

  private func status(_ cluster: MemoryCluster, _ ids: [MessageID]) throws -> JSONValue {
    try cluster.ask(
      "result_request",
      ["msg_ids": .array(ids.map { .string($0.text) }), "status_only": true])
  }

  @Test func waitingTasksAreLostByNameAndTheirClientHearsOfItWhenItIsHeard() throws {
    let dead = try Dead()
    let cluster = try dead.next()
    #expect(try cluster.answers(.taskClients).isEmpty, "the client has a new name")
    let known = try status(cluster, dead.waiting + [dead.running])
    #expect(known["completed"]?.strings == dead.waiting.map(\.text))
    #expect(known["pending"]?.strings == [dead.running.text])
    let answers = try contact(cluster)
    #expect(Set(answers.keys) == Set(dead.waiting))
    for (id, answer) in answers {
      #expect(answer["ename"] == "EngineError")
      #expect(answer["evalue"]?.string?.contains("task '\(id)' was lost") == true)
    }
    #expect(try contact(cluster).isEmpty, "once")
  }

  @Test func lostTasksCanBeSubmittedAgain() throws {
    let dead = try Dead()
    let cluster = try dead.next()
    let id = dead.waiting[0]
    #expect(try cluster.ask("resubmit_request", ["msg_ids": [.string(id.text)]]) == .null)
    dead.archive.answer()
    cluster.turn()
    let answer = try #require(cluster.contents(.query).first)
    #expect(answer["resubmitted"]?[id.text]?.string != nil)
  }

  @Test func theReplyOfAnEngineThatWorkedOnReachesItsClient() throws {
    let dead = try Dead()
    let cluster = try dead.next()
    _ = try contact(cluster)
    try cluster.reply("a", to: dead.request, on: .taskEngines)
    cluster.turn()
    #expect(try cluster.answers(.taskClients)[dead.running]?["status"] == "ok")
    #expect(try status(cluster, [dead.running])["completed"]?.strings == [dead.running.text])
  }

  @Test func aReplyBeforeTheClientIsHeardIsKeptForIt() throws {
    let dead = try Dead()
    let cluster = try dead.next()
    try cluster.reply("a", to: dead.request, on: .taskEngines)
    cluster.turn()
    #expect(try cluster.answers(.taskClients).isEmpty)
    #expect(try contact(cluster)[dead.running]?["status"] == "ok")
  }

  @Test func aTaskThatItsEngineNeverGotIsLostWhenTheEngineAnswersTheProbe() throws {
    let dead = try Dead()
    let cluster = try dead.next()
    _ = try contact(cluster)
    cluster.answerPing("a", connection: 6)
    cluster.turn()
    let probes = try cluster.requests(.taskEngines).filter {
      try WireMessage.read($0.frames, signer: cluster.signer).message.header.contains(
        "kernel_info_request")
    }
    try cluster.reply("a", to: try #require(probes.first).frames, on: .taskEngines)
    cluster.turn()
    let answer = try cluster.answers(.taskClients)[dead.running]
    #expect(answer?["evalue"]?.string?.contains("was lost") == true)
    #expect(try status(cluster, [dead.running])["pending"]?.array == [])
  }

  @Test func theTaskOfAnEngineThatDoesNotComeBackFails() throws {
    let dead = try Dead()
    let cluster = try MemoryCluster(archive: dead.archive, restoring: ["a"])
    cluster.client = "d"
    dead.archive.answer()
    cluster.turn()
    _ = try contact(cluster)
    for _ in 0..<60 { cluster.turn(after: .seconds(3)) }
    let answer = try cluster.answers(.taskClients)[dead.running]
    #expect(answer?["ename"] == "EngineError")
  }

  @Test func theTaskOfAnUnknownEngineIsLost() throws {
    let dead = try Dead()
    let cluster = try MemoryCluster(archive: dead.archive, restoring: [])
    cluster.client = "d"
    dead.archive.answer()
    cluster.turn()
    #expect(Set(try contact(cluster).keys) == Set(dead.waiting + [dead.running]))
  }
}

extension [UInt8] {
  fileprivate func contains(_ text: String) -> Bool {
    String(decoding: self, as: UTF8.self).contains(text)
  }
}
