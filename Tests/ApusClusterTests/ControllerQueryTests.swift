// Part of Apus, Apache-2.0. See LICENSE.
import ApusArchive
import ApusCluster
import ApusTransport
import ApusWire
import Foundation
import GRDB
import SimulatedCluster
import Testing

@testable import ApusController

/// Tests of queries to the controller, with records in memory and in a database.
@Suite(.serialized) struct ControllerQueryTests {
  enum Store: CaseIterable { case memory, sqlite }

  private func cluster(_ store: Store, engines: Int = 1) throws -> TestCluster {
    if store == .memory { return try TestCluster(engines: engines) }
    let archive: @Sendable (String) throws -> any RecordArchive = { folder in
      try SQLiteArchive(path: folder + "/tasks.db")
    }
    return try TestCluster(engines: engines, archive: archive, configure: { $0.store = .sqlite })
  }

  private func names(_ ids: [MessageID]) -> JSONValue { .array(ids.map { .string($0.text) }) }

  @discardableResult
  private func run(_ cluster: TestCluster, _ count: Int) throws -> [MessageID] {
    let ids = try (0..<count).map { _ in try cluster.client.submit(buffers: [[1], [2, 2]]) }
    for id in ids { _ = try cluster.reply(to: id, on: "task") }
    return ids
  }

  @Test(arguments: Store.allCases) func resultsComeWithTheirBuffersInTheOrderOfNames(_ store: Store)
    throws
  {
    let cluster = try cluster(store)
    let ids = try run(cluster, 3)
    let (type, content, buffers) = try cluster.askWithBuffers(
      "result_request", ["msg_ids": names(ids.reversed())])
    #expect(type == "result_reply" && content["status"] == "ok")
    #expect(content["completed"]?.strings == ids.map(\.text).sorted())
    #expect(content["pending"] == [])
    #expect(buffers == [SimulatedReply.none, SimulatedReply.none, SimulatedReply.none])
    let entry = content[ids[0].text]
    #expect(entry?["result_content"]?["status"] == "ok")
    #expect(entry?["header"]?["msg_id"]?.string == ids[0].text)
    #expect(entry?["io"]?["stdout"] == "")
  }

  @Test(arguments: Store.allCases) func unknownResultsAreNamed(_ store: Store) throws {
    let cluster = try cluster(store)
    let content = try cluster.ask("result_request", ["msg_ids": ["nothing_1_1"]])
    #expect(content["ename"] == "KeyError")
    #expect(content["evalue"]?.string?.contains("nothing_1_1") ?? false)
  }

  @Test(arguments: Store.allCases) func historyAndQueriesSeeAllRecords(_ store: Store) throws {
    let cluster = try cluster(store)
    let ids = try run(cluster, 5)
    #expect(try cluster.ask("history_request")["history"]?.strings == ids.map(\.text))
    let (_, content, buffers) = try cluster.askWithBuffers(
      "db_request",
      ["query": ["msg_id": ["$in": names([ids[1], ids[3]])]], "keys": ["buffers", "completed"]])
    let records = content["records"]?.array ?? []
    #expect(records.compactMap { $0["msg_id"]?.string } == [ids[1].text, ids[3].text])
    #expect(records.allSatisfy { $0["completed"]?.string != nil && $0["header"] == nil })
    #expect(content["buffer_lens"] == [2, 2] && content["result_buffer_lens"] == .null)
    #expect(buffers == [[1], [2, 2], [1], [2, 2]])
    let all = try cluster.ask(
      "db_request", ["query": ["completed": ["$ne": .null]], "keys": .null])
    #expect(all["records"]?.array?.count == 5)
    #expect(all["records"]?.array?.first?["queue"] == "task")
    let wrong = try cluster.ask("db_request", ["query": ["msg_id": ["$what": 1]], "keys": .null])
    #expect(wrong["ename"] == "KeyError")
  }

  @Test(arguments: Store.allCases) func purgedRecordsAreGone(_ store: Store) throws {
    let cluster = try cluster(store)
    let ids = try run(cluster, 4)
    #expect(try cluster.ask("purge_request", ["msg_ids": names([ids[0]])])["status"] == "ok")
    #expect(try cluster.ask("history_request")["history"]?.array?.count == 3)
    let bad = try cluster.ask("purge_request", ["msg_ids": [], "engine_ids": [99]])
    #expect(bad["ename"] == "IndexError")
    _ = try cluster.ask("purge_request", ["msg_ids": [], "engine_ids": [0]])
    #expect(try cluster.ask("history_request")["history"] == [])
    try run(cluster, 2)
    _ = try cluster.ask("purge_request", ["msg_ids": "all"])
    #expect(try cluster.ask("history_request")["history"] == [])
  }

  @Test func pendingRecordsAreNotPurged() throws {
    let cluster = try cluster(.memory)
    cluster.engines.behaviour = { _, _ in .neverAnswers }
    let id = try cluster.client.submit()
    let status: JSONValue = ["msg_ids": names([id]), "status_only": true]
    try cluster.wait(for: "the task") {
      try cluster.ask("result_request", status)["pending"]?.strings == [id.text]
    }
    let content = try cluster.ask("purge_request", ["msg_ids": names([id])])
    #expect(content["ename"] == "IndexError")
    #expect(content["evalue"]?.string == "msg pending: '\(id)'")
  }

  @Test(arguments: Store.allCases) func resubmittedTasksRunAgainUnderANewName(_ store: Store) throws
  {
    let cluster = try cluster(store)
    let ids = try run(cluster, 1)
    let content = try cluster.ask("resubmit_request", ["msg_ids": names(ids)])
    let new = MessageID(content["resubmitted"]?[ids[0].text]?.string ?? "")
    #expect(new != ids[0] && !new.text.isEmpty)
    let status: JSONValue = ["msg_ids": names([new]), "status_only": true]
    try cluster.wait(for: "the repetition") {
      try cluster.ask("result_request", status)["completed"]?.strings == [new.text]
    }
    let (_, result, buffers) = try cluster.askWithBuffers(
      "result_request", ["msg_ids": names([new])])
    #expect(result[new.text]?["result_content"]?["status"] == "ok")
    #expect(buffers == [SimulatedReply.none])
    #expect(cluster.engines.engines[0].served == 2)
    let missing = try cluster.ask("resubmit_request", ["msg_ids": ["zzz"]])
    #expect(missing["ename"] == "KeyError")
  }

  @Test func recordsOfALockedDatabaseAreWrittenWhenItIsFree() throws {
    let archive: @Sendable (String) throws -> any RecordArchive = { folder in
      try SQLiteArchive(path: folder + "/tasks.db", timeout: 0.02)
    }
    let cluster = try TestCluster(engines: 1, archive: archive, configure: { $0.store = .sqlite })
    let other = try DatabaseQueue(path: cluster.folder.path + "/tasks.db")
    var ids: [MessageID] = []
    try other.inTransaction(.exclusive) { _ in
      ids = try run(cluster, 3)  // work goes on
      let refused = try cluster.ask("history_request")
      #expect(refused["status"] == "error" && refused["ename"] == "OperationalError")
      #expect(refused["evalue"]?.string?.contains("locked") == true)
      return .rollback
    }
    ids += try run(cluster, 1)
    let history = try cluster.ask("history_request")["history"]?.strings
    #expect(history == ids.map(\.text))
    let records = try cluster.ask("db_request", ["query": ["completed": ["$ne": .null]]])
    #expect(records["records"]?.array?.count == 4)
  }

  @Test func withoutRecordsQuestionsAreAnsweredWithAnError() throws {
    let cluster = try TestCluster(engines: 1, configure: { $0.store = .none })
    let ids = try run(cluster, 1)
    for (type, content) in [
      ("history_request", [:]), ("db_request", ["query": [:]]),
      ("result_request", ["msg_ids": names(ids)]), ("resubmit_request", ["msg_ids": names(ids)]),
    ] as [(String, JSONValue)] {
      #expect(try cluster.ask(type, content)["ename"] == "NoData", "\(type)")
    }
    let status = try cluster.ask("result_request", ["msg_ids": names(ids), "status_only": true])
    #expect(status["completed"]?.strings == ids.map(\.text))
  }

  @Test func queueStatusCountsWhereWorkIs() throws {
    let cluster = try cluster(.memory, engines: 2)
    let uuid = cluster.engines.engines[0].uuid
    try run(cluster, 6)
    let status = try cluster.ask("queue_request", ["targets": .null])
    let done = ["0", "1"].compactMap { status[$0]?["completed"]?.integer }
    #expect(done.reduce(0, +) == 6 && status["unassigned"]?.integer == 0)
    let verbose = try cluster.ask("queue_request", ["targets": .string(uuid), "verbose": true])
    let id = cluster.engines.engines[0].number
    #expect(verbose["\(id)"]?["completed"]?.array?.count == status["\(id)"]?["completed"]?.integer)
    #expect(verbose["\(1 - id)"] == nil)
    for targets: JSONValue in [[7], "x", []] {
      let wrong = try cluster.askWithBuffers("queue_request", ["targets": targets])
      #expect(wrong.type == "hub_error" && wrong.content["ename"] == "IndexError")
    }
    let empty = try TestCluster()
    #expect(
      try empty.ask("queue_request", ["targets": .null]) == ["status": "ok", "unassigned": 0])
  }

  @Test func outputsAreKeptWithTheirTasks() throws {
    let cluster = try cluster(.memory)
    cluster.engines.behaviour = { _, _ in .neverAnswers }
    var request: [UInt8] = []
    cluster.engines.onRequest = { _, _, envelope in request = envelope.header }
    let id = try cluster.client.send(
      "execute_request", JSONText(["code": "x"]), to: [cluster.engines.engines[0].uuid], on: "mux")
    try cluster.wait(for: "the request") { !request.isEmpty }
    for (type, content, topic) in [
      ("execute_input", ["code": "x", "execution_count": 1], "execute_input"),
      ("stream", ["name": "stdout", "text": "a"], "stdout"),
      ("stream", ["name": "stdout", "text": "b"], "stdout"),
      ("stream", ["name": "stderr", "text": "c"], "stderr"),
      ("execute_result", ["data": ["text/plain": "5"]], "execute_result"),
      ("error", ["ename": "E"], "error"),
    ] as [(String, JSONValue, String)] {
      cluster.engines.publish(0, type, JSONText(content), parent: request, topic: topic)
    }
    var found: JSONValue?
    try cluster.wait(for: "the output") {
      let content = try cluster.ask(
        "db_request", ["query": ["msg_id": .string(id.text)], "keys": .null])
      found = content["records"]?.array?.first
      return found?["error"] != .null
    }
    #expect(found?["stdout"] == "ab" && found?["stderr"] == "c" && found?["execute_input"] == "x")
    #expect(found?["execute_result"]?["data"]?["text/plain"] == "5")
    #expect(found?["error"]?["ename"] == "E")
  }

  @Test func unknownQuestionsAreAnsweredWithAnError() throws {
    let cluster = try cluster(.memory)
    let unknown = try cluster.askWithBuffers("what_request")
    #expect(unknown.type == "hub_error" && unknown.content["ename"] == "KeyError")
    #expect(try cluster.ask("become_dask_request")["ename"] == "NotImplementedError")
    for content: JSONValue in [[:], ["msg_ids": 5]] {
      #expect(try cluster.ask("result_request", content)["ename"] == "TypeError")
    }
  }

  // MARK: Restarts and encryption

  /// Tries again if another process on this machine took a port between two controllers.
  private func whilePortsAreTaken(_ body: () throws -> Void) throws {
    for _ in 0..<3 {
      do {
        return try body()
      } catch let error as TransportError where error.code == .addressInUse {
        continue
      }
    }
    try body()
  }

  /// The settings of a controller that replaces another.
  private func successor(to first: TestCluster) -> ControllerSettings {
    var settings = ControllerSettings()
    settings.profile.directory = first.folder.path
    settings.reusesFiles = true
    settings.restoresEngines = true
    return settings
  }

  @Test func theNextControllerTakesPortsKeyAndEnginesOver() throws {
    try whilePortsAreTaken {
      let first = try TestCluster(engines: 2, configure: { $0.reusesFiles = true })
      let names = try first.ids()
      first.controller.stop()
      let second = try RunningController(successor(to: first))
      defer { second.stop() }
      #expect(second.client == first.controller.client && second.engine == first.controller.engine)
      // libzmq reconnects the engines and the client, which do not notice.
      #expect(try first.ids() == names)
      let id = try first.client.submit()
      _ = try first.reply(to: id, on: "task")
      let newcomer = try first.join(1)
      #expect(newcomer.engines[0].number == 2)
    }
  }

  @Test func aStopWritesDownTheEnginesThatJoinedJustBefore() throws {
    try whilePortsAreTaken {
      let first = try TestCluster(engines: 1, configure: { $0.reusesFiles = true })
      let more = try first.join(29)
      try first.wait(for: "all engines") {
        try more.serve(milliseconds: 1)
        return try first.ids().count == 30
      }
      let names = try first.ids()
      first.controller.stop()
      let second = try RunningController(successor(to: first))
      defer { second.stop() }
      #expect(names.count == 30)
      #expect(try first.ids() == names)
    }
  }

  /// A cluster with CURVE whose controller has stopped, and the settings of its successor.
  private func stoppedWithCurve() throws -> (TestCluster, ControllerSettings) {
    let first = try TestCluster(
      engines: 1,
      configure: {
        $0.reusesFiles = true
        $0.curve = try? CurveKeys.make()
        $0.hasFreshCurve = true
      })
    first.controller.stop()
    var settings = ControllerSettings()
    settings.profile.directory = first.folder.path
    settings.reusesFiles = true
    return (first, settings)
  }

  @Test func filesOfOtherKeysAreNotUsedAgain() throws {
    try whilePortsAreTaken {
      let (first, settings) = try stoppedWithCurve()
      defer { withExtendedLifetime(first) {} }
      // Without encryption, clients could not connect with these files, and the signature key in them is
      // empty.
      let plain = try RunningController(settings)
      #expect(plain.client.curveServerKey == nil && !plain.client.key.isEmpty)
      plain.stop()
    }
  }

  @Test func theKeysOfCurveAreKeptForTheNextController() throws {
    try whilePortsAreTaken {
      let (first, stopped) = try stoppedWithCurve()
      var settings = stopped
      settings.curve = try CurveKeys.make()
      settings.hasFreshCurve = true
      let second = try RunningController(settings)
      defer { second.stop() }
      #expect(second.client == first.controller.client)
    }
  }

  @Test func encryptedConnectionsNeedTheServersKey() throws {
    let cluster = try TestCluster(
      engines: 2,
      configure: { $0.curve = try? CurveKeys.make() })
    #expect(cluster.controller.client.curveServerKey?.utf8.count == 40)
    #expect(cluster.controller.client.key.isEmpty)
    try run(cluster, 20)
    for server in [nil, try CurveKeys.make().publicKey] {
      var file = cluster.controller.client
      file.curveServerKey = server
      let stranger = try SimulatedClient(file, in: cluster.context)
      stranger.timeout = .milliseconds(300)
      #expect(try stranger.ask("connection_request") == nil)
    }
    try run(cluster, 1)
  }

  @Test func filesAreForTheirOwnerOnly() throws {
    let cluster = try cluster(.sqlite)
    for name in [
      "security/ipcontroller-client.json", "security/ipcontroller-engine.json", "tasks.db",
    ] {
      let path = cluster.folder.appendingPathComponent(name).path
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
      #expect(mode as? Int == 0o600, "\(name)")
    }
  }
}
