// Part of Apus, Apache-2.0. See LICENSE.
import ApusController
import ApusTransport
import ApusWire
import Testing

/// What clients ask about requests and their results, of a controller in memory.
@Suite struct QueriesInMemoryTests {
  /// A cluster with the engine "a", which has answered one task and has a second one.
  private func busyCluster(
    archive: MemoryArchive? = nil
  ) throws -> (cluster: MemoryCluster, done: MessageID, running: MessageID) {
    let cluster = try MemoryCluster(archive: archive)
    cluster.join("a", connection: 5)
    let done = cluster.submit()
    let running = cluster.submit()
    cluster.turn()
    let request = try #require(cluster.requests(.taskEngines).first)
    try cluster.reply("a", to: request.frames, on: .taskEngines)
    cluster.turn()
    #expect(try cluster.replies(.taskClients) == [done: "ok"])
    return (cluster, done, running)
  }

  private func ids(_ ids: MessageID...) -> JSONValue {
    ["msg_ids": .array(ids.map { .string($0.text) })]
  }

  @Test func resultsSayWhatIsPendingAndWhatHasEnded() throws {
    let (cluster, done, running) = try busyCluster()
    let results = try cluster.ask("result_request", ids(done, running))
    #expect(results["status"] == "ok")
    #expect(results["pending"]?.strings == [running.text])
    #expect(results["completed"]?.strings == [done.text])
    #expect(results[done.text]?["result_content"]?["status"] == "ok")
    let unknown = try cluster.ask("result_request", ids(MessageID("x_1_1")))
    #expect(unknown["ename"] == "KeyError")
  }

  @Test func theStatusOfResultsNeedsNoRecordsOfThem() throws {
    let (cluster, done, running) = try busyCluster()
    let wanted: JSONValue = [
      "msg_ids": [.string(done.text), .string(running.text)], "status_only": true,
    ]
    let status = try cluster.ask("result_request", wanted)
    #expect(status["pending"]?.strings == [running.text])
    #expect(status["completed"]?.strings == [done.text] && status[done.text] == nil)
  }

  @Test func recordsTellWhichEngineHasOrHadATask() throws {
    let (cluster, done, running) = try busyCluster()
    let query: JSONValue = ["query": [:], "keys": ["msg_id", "engine_uuid"]]
    func engines() throws -> [String: String?] {
      let records = try cluster.ask("db_request", query)["records"]?.array ?? []
      return Dictionary(
        uniqueKeysWithValues: records.map {
          ($0["msg_id"]?.string ?? "", $0["engine_uuid"]?.string)
        })
    }
    #expect(try engines() == [done.text: "a", running.text: "a"])
    #expect(try cluster.ask("history_request")["history"]?.strings == [done.text, running.text])
  }

  @Test func aRetriedTaskThatWaitsIsRecordedWithItsLastEngine() throws {
    let cluster = try MemoryCluster()
    cluster.join("a", connection: 5)
    let id = cluster.submit(retries: 1)
    cluster.turn()
    let request = try #require(cluster.requests(.taskEngines).first)
    try cluster.reply("a", to: request.frames, status: "error", on: .taskEngines)
    cluster.turn()
    #expect(try cluster.replies(.taskClients) == [:])
    let query: JSONValue = ["query": ["msg_id": .string(id.text)], "keys": ["engine_uuid"]]
    let records = try cluster.ask("db_request", query)["records"]?.array ?? []
    #expect(records.map { $0["engine_uuid"]?.string } == ["a"])
  }

  @Test func queuesAreCountedOrListed() throws {
    let (cluster, done, running) = try busyCluster()
    let waiting = cluster.submit()
    cluster.turn()
    let counts = try cluster.ask("queue_request")
    #expect(counts["0"] == ["queue": 0, "completed": 1, "tasks": 1] && counts["unassigned"] == 1)
    let lists = try cluster.ask("queue_request", ["verbose": true])
    let engine: JSONValue = [
      "queue": [], "completed": [.string(done.text)], "tasks": [.string(running.text)],
    ]
    #expect(lists["0"] == engine && lists["unassigned"]?.strings == [waiting.text])
  }

  @Test func purgedResultsAreForgottenAndPendingOnesAreNotPurged() throws {
    let (cluster, done, running) = try busyCluster()
    #expect(try cluster.ask("purge_request", ids(running))["ename"] == "IndexError")
    #expect(try cluster.ask("purge_request", ids(done))["status"] == "ok")
    #expect(try cluster.ask("result_request", ids(done))["ename"] == "KeyError")
    #expect(try cluster.ask("history_request")["history"]?.strings == [running.text])
  }

  @Test func aResubmittedTaskRunsUnderANewIdentifierAndItsReplyGoesToTheRecords() throws {
    let (cluster, done, _) = try busyCluster()
    let running = try #require(cluster.requests(.taskEngines).first)
    try cluster.reply("a", to: running.frames, on: .taskEngines)
    cluster.turn()
    _ = try cluster.replies(.taskClients)
    let answer = try cluster.ask("resubmit_request", ids(done))
    let new = MessageID(try #require(answer["resubmitted"]?[done.text]?.string))
    #expect(new != done)
    let request = try #require(cluster.requests(.taskEngines).first)
    try cluster.reply("a", to: request.frames, on: .taskEngines)
    cluster.turn()
    #expect(try cluster.replies(.taskClients) == [:])
    #expect(try cluster.ask("result_request", ids(new))["completed"]?.strings == [new.text])
  }

  @Test func whenTheClusterIsGivenUpWaitingTasksFailByNameAndSoDoNewOnes() throws {
    let (cluster, _, running) = try busyCluster()
    let waiting = [cluster.submit(), cluster.submit()]
    cluster.turn()
    let reason = "there has been no engine"
    #expect(try cluster.ask("apus_give_up_request", ["reason": .string(reason)])["status"] == "ok")
    var answers = try cluster.answers(.taskClients)
    #expect(Set(answers.keys) == Set(waiting), "the task that an engine has goes on")
    let new = cluster.submit()
    cluster.turn()
    answers.merge(try cluster.answers(.taskClients)) { $1 }
    #expect(answers[new] != nil)
    for answer in answers.values {
      #expect(answer["ename"] == "NoEnginesRegistered" && answer["evalue"]?.string == reason)
    }
    let status = try cluster.ask("queue_request")
    #expect(status["unassigned"] == 0 && status["0"]?["tasks"] == 1)
    _ = running
  }

  @Test func whatEnginesDoNotAnswerIsAnErrorAndOccupiesNone() throws {
    let cluster = try MemoryCluster()
    cluster.join("a", connection: 5)
    for channel in [Channel.taskClients, .broadcastClients] {
      let id = cluster.send("frobnicate_request", on: channel)
      cluster.turn()
      let answer = try cluster.answers(channel)[id]
      #expect(answer?["evalue"]?.string?.contains("frobnicate_request") == true, "\(channel)")
    }
    #expect(try cluster.ask("load_request")["0"] == 0)
  }

  @Test func aQueryThatIsNoJSONIsAnsweredWithAnError() throws {
    let cluster = try MemoryCluster()
    let id = cluster.send("db_request", JSONText(trusted: Array("{".utf8)), on: .query)
    cluster.turn()
    #expect(try cluster.answers(.query)[id]?["ename"] == "ValueError")
  }

  @Test func aLackOfFilesIsSaidOnceAndItsEndToo() {
    var watch = OpenFileWatch()
    let reports = [500, 31, 10, 40, 63, 64, 100, 0].map { watch.report(limit: 1024, free: $0) }
    #expect(reports.map { $0 != nil } == [false, true, false, false, false, true, false, true])
    #expect(reports[1]?.contains("31 of 1024") == true)
  }

  // MARK: With an archive

  @Test func aQueryWaitsForTheArchiveAndOthersDoNot() throws {
    let archive = MemoryArchive()
    let (cluster, done, running) = try busyCluster(archive: archive)
    #expect(archive.stored.count == 2)
    #expect(try cluster.ask("result_request", ids(done, running)) == .null)
    #expect(archive.openCount == 1)
    #expect(try cluster.ask("load_request")["0"] == 1)
    archive.answer()
    cluster.turn()
    let answer = try #require(cluster.contents(.query).first)
    #expect(answer["completed"]?.strings == [done.text])
    #expect(answer["pending"]?.strings == [running.text])
  }

  @Test(arguments: ["result_request", "db_request", "history_request", "purge_request"])
  func theArchivesErrorIsTheAnswer(_ type: String) throws {
    let archive = MemoryArchive()
    let (cluster, done, _) = try busyCluster(archive: archive)
    archive.failure = RemoteError("OSError", "the disk is full")
    #expect(try cluster.ask(type, ids(done)) == .null)
    archive.answer()
    cluster.turn()
    #expect(try cluster.contents(.query).map { $0["evalue"] } == ["the disk is full"])
  }

  @Test func purgingAsksTheArchiveToo() throws {
    let archive = MemoryArchive()
    let (cluster, done, running) = try busyCluster(archive: archive)
    #expect(try cluster.ask("purge_request", ids(done)) == .null)
    archive.answer()
    cluster.turn()
    #expect(try cluster.contents(.query).map { $0["status"] } == ["ok"])
    #expect(Array(archive.stored.keys) == [running])
  }
}

/// Engines on demand: what clients say, and what is released.
@Suite struct DemandInMemoryTests {
  private func status(_ cluster: MemoryCluster) throws -> JSONValue {
    try cluster.ask("apus_status_request")
  }

  @Test func whatClientsSayCountsForAWhile() throws {
    let cluster = try MemoryCluster()
    let demand: JSONValue = ["apus_demand": ["waiting": 40, "nanoseconds": 2_000_000]]
    _ = try cluster.ask("connection_request", demand)
    let said: JSONValue = [["nanoseconds": 2_000_000, "waiting": 40]]
    #expect(try status(cluster)["maps"] == said)
    cluster.turn(after: .seconds(11))
    #expect(try status(cluster)["maps"] == [])
    _ = try cluster.ask("connection_request", demand)
    _ = try cluster.ask("connection_request", ["apus_demand": ["waiting": 0]])
    #expect(try status(cluster)["maps"] == [])
    _ = try cluster.ask("connection_request", ["apus_demand": ["engines": 3, "waiting": -5]])
    #expect(try status(cluster)["wanted"] == 3)
    let hostile: [JSONValue] = [1, ["waiting": "x"], ["waiting": .number(1e300)], []]
    for hostile in hostile {
      _ = try cluster.ask("connection_request", ["apus_demand": hostile])
    }
  }

  @Test func clientsHearThatEnginesComeOnDemand() throws {
    let cluster = try MemoryCluster()
    #expect(try cluster.ask("connection_request")["apus_on_demand"] == nil)
    #expect(try cluster.ask("apus_keep_request", ["engines": 2])["ename"] == "RuntimeError")
    _ = try cluster.ask("apus_supply_request")
    #expect(try cluster.ask("connection_request")["apus_on_demand"] == true)
    #expect(try cluster.ask("apus_keep_request", ["engines": 2])["status"] == "ok")
    #expect(try cluster.ask("apus_keep_request", ["engines": -2])["ename"] == "ValueError")
    #expect(try status(cluster)["least"] == 2)
    cluster.turn(after: .seconds(11))
    #expect(try cluster.ask("connection_request")["apus_on_demand"] == nil)
  }

  @Test func onlyEnginesWithNothingToDoAreReleasedAndGetNothingMore() throws {
    let cluster = try MemoryCluster()
    cluster.join("a", connection: 5)
    cluster.join("b", connection: 6)
    let task = cluster.submit()
    cluster.turn()
    let request = try #require(cluster.requests(.taskEngines).first)
    let (busy, idle): (EngineID, EngineID) = request.engine == "a" ? ("a", "b") : ("b", "a")
    let both: JSONValue = ["engines": ["0": 0, "1": 0, "7": 0, "x": 1]]
    let released = try cluster.ask("apus_release_request", both)["released"]
    #expect(released == [.integer(idle == "a" ? 0 : 1)])
    let told = try cluster.requests(.controlEngines)
    #expect(told.map(\.engine) == [idle])
    let (names, message) = try WireMessage.read(told[0].frames, signer: cluster.signer)
    #expect(try MessageHeader(message.header.span).type.rawValue == "shutdown_request")
    #expect(names.count == 1)
    // Its answer is for nobody.
    try cluster.reply(idle, to: told[0].frames, on: .controlEngines)
    cluster.turn()
    #expect(cluster.transport.take(.controlClients).isEmpty)
    let second = cluster.submit()
    cluster.turn(after: .seconds(1))
    #expect(try cluster.requests(.taskEngines).allSatisfy { $0.engine == busy })
    try cluster.reply(busy, to: request.frames, on: .taskEngines)
    cluster.turn()
    #expect(try cluster.replies(.taskClients) == [task: "ok"])
    _ = second
    // It has answered one since it was looked at.
    #expect(try cluster.ask("apus_release_request", both)["released"] == [])
  }
}
