// Part of Apus, Apache-2.0. See LICENSE.
import ApusCluster
import ApusTransport
import ApusWire
import Foundation
import SimulatedCluster
import Testing

@testable import ApusController

/// Tests of a whole controller with simulated engines and clients.
@Suite(.serialized) struct ControllerTests {
  private func direct(
    _ cluster: TestCluster, to uuid: String, type: String = "apply_request",
    on channel: String = "mux", content: JSONText = .emptyObject
  ) throws -> MessageID {
    try cluster.client.send(
      type, content, metadata: JSONText(["label": .null]), to: [uuid], buffers: [[1], [2, 3]],
      on: channel)
  }

  // MARK: Joining

  @Test func enginesJoinWithinMilliseconds() throws {
    let cluster = try TestCluster()
    let start = MonotonicClock().now
    cluster.engines = try cluster.join(8)
    try cluster.waitForEngines(8)
    // The heartbeat period is 3 s; without immediate pings joining would take at least that long.
    #expect(start.duration(to: MonotonicClock().now) < .seconds(2))
    #expect(try Set(cluster.ids().keys) == Set((0..<8).map(String.init)))
  }

  @Test func aNameCannotJoinTwice() throws {
    let cluster = try TestCluster(engines: 1)
    let name = cluster.engines.engines[0].uuid
    let second = try SimulatedEngines(
      1, cluster.controller.engine, in: cluster.context, names: [name])
    #expect(throws: TransportError.self) { try second.register(within: .seconds(3)) }
    #expect(try cluster.ids().count == 1)
  }

  @Test func newsOfEnginesReachClients() throws {
    let cluster = try TestCluster(engines: 1)
    try cluster.listenForNotifications()
    let others = try cluster.join(1)
    var heard: WireMessage?
    try cluster.wait(for: "news") {
      try others.serve(milliseconds: 1)
      heard = try cluster.client.receive("notification")
      return heard != nil
    }
    #expect(heard?.typeName == "registration_notification")
    #expect(heard?.contentValue["uuid"]?.string == others.engines[0].uuid)
  }

  // MARK: Work

  @Test func requestsReachTheirEngineAndRepliesTheirClient() throws {
    let cluster = try TestCluster(engines: 3)
    for engine in cluster.engines.engines {
      let id = try direct(cluster, to: engine.uuid)
      let reply = try cluster.reply(to: id, on: "mux")
      #expect(reply.metadataValue["engine"]?.string == engine.uuid)
      #expect(reply.buffers == [SimulatedReply.none])
    }
  }

  @Test func tasksAreSharedAmongEngines() throws {
    let cluster = try TestCluster(engines: 4)
    let ids = try (0..<200).map { _ in try cluster.client.submit() }
    for id in ids { #expect(try cluster.reply(to: id, on: "task").contentValue["status"] == "ok") }
    #expect(cluster.engines.engines.allSatisfy { $0.served > 10 })
  }

  @Test func buffersArriveAsTheyWere() throws {
    let cluster = try TestCluster(engines: 1)
    let large = [UInt8](repeating: 7, count: 3_000_000)
    let got = Received()
    cluster.engines.onRequest = { _, _, envelope in
      got.buffers = (envelope.firstBuffer..<envelope.parcel.count).map { envelope.parcel.bytes($0) }
    }
    let id = try cluster.client.submit(buffers: [[], [1, 2], large])
    _ = try cluster.reply(to: id, on: "task")
    #expect(got.buffers == [[], [1, 2], large])
  }

  private final class Received {
    var buffers: [[UInt8]] = []
  }

  @Test func requestsForEnginesThatAreNotThereAreAnsweredWithAnError() throws {
    let cluster = try TestCluster(engines: 1)
    for (type, channel) in [
      ("apply_request", "mux"), ("execute_request", "mux"), ("clear_request", "control"),
    ] {
      let id = try direct(cluster, to: "nobody", type: type, on: channel)
      let reply = try cluster.reply(to: id, on: channel)
      #expect(reply.contentValue["ename"] == "EngineError")
      #expect(reply.contentValue["evalue"]?.string?.contains("nobody") ?? false)
    }
  }

  @Test func controlRequestsAreRelayed() throws {
    let cluster = try TestCluster(engines: 2)
    let engine = cluster.engines.engines[1]
    let id = try direct(cluster, to: engine.uuid, type: "clear_request", on: "control")
    let reply = try cluster.reply(to: id, on: "control")
    #expect(reply.typeName == "clear_reply")
  }

  @Test func tasksThatWaitAreAbortedAtOnce() throws {
    let cluster = try TestCluster(engines: 1)
    cluster.engines.behaviour = { _, header in
      header.type == .applyRequest ? .neverAnswers : .answers
    }
    let first = try cluster.client.submit()
    let second = try cluster.client.submit()
    try cluster.wait(for: "both tasks") {
      try cluster.ask("queue_request", ["targets": .null])["unassigned"]?.integer == 1
    }
    let list: JSONValue = ["msg_ids": [.string(first.text), .string(second.text)]]
    _ = try direct(
      cluster, to: cluster.engines.engines[0].uuid, type: "abort_request", on: "control",
      content: JSONText(list))
    let reply = try cluster.reply(to: second, on: "task")
    #expect(reply.contentValue["status"] == "aborted")
    #expect(reply.metadataValue["status"] == "aborted")
    #expect(try cluster.ask("queue_request", ["targets": .null])["unassigned"]?.integer == 0)
  }

  // MARK: Broadcasts

  private func broadcast(
    _ cluster: TestCluster, isCoalescing: Bool, order: [Int]? = nil
  ) throws -> MessageID {
    let engines = cluster.engines.engines
    let targets = (order ?? Array(engines.indices)).map { index -> JSONValue in
      [.string(engines[index].uuid), .integer(engines[index].number)]
    }
    let metadata: JSONValue = [
      "targets": .array(targets), "is_broadcast": true, "is_coalescing": .bool(isCoalescing),
    ]
    return try cluster.client.send(
      "apply_request", metadata: JSONText(metadata), buffers: [[9]], on: "broadcast")
  }

  @Test func everyEngineAnswersABroadcastUnderItsOwnName() throws {
    let cluster = try TestCluster(engines: 3)
    let id = try broadcast(cluster, isCoalescing: false)
    for engine in cluster.engines.engines {
      let own = MessageID("\(id)_\(engine.uuid)")
      let reply = try cluster.reply(to: own, on: "broadcast")
      #expect(reply.metadataValue["original_msg_id"]?.string == id.text)
    }
  }

  @Test func coalescedRepliesComeInTheOrderOfTheTargets() throws {
    let cluster = try TestCluster(engines: 4)
    let order = [2, 0, 3, 1]
    let id = try broadcast(cluster, isCoalescing: true, order: order)
    let reply = try cluster.reply(to: id, on: "broadcast")
    #expect(reply.contentValue["status"] == "ok")
    #expect(reply.buffers.count == 4)
    let targets = reply.metadataValue["broadcast_targets"]?.array ?? []
    #expect(
      targets.compactMap { $0.array?.first?.string }
        == order.map { cluster.engines.engines[$0].uuid })
  }

  @Test func oneFailedEngineOfACoalescedBroadcastIsNamed() throws {
    let cluster = try TestCluster(engines: 4)
    cluster.engines.behaviour = { engine, _ in engine.number == 2 ? .fails("ValueError") : .answers
    }
    let id = try broadcast(cluster, isCoalescing: true)
    let content = try cluster.reply(to: id, on: "broadcast").contentValue
    #expect(content["ename"] == "ValueError")
    #expect(content["engine_info"]?["engine_id"]?.integer == 2)
    cluster.engines.behaviour = { engine, _ in engine.number > 1 ? .fails("ValueError") : .answers }
    let second = try broadcast(cluster, isCoalescing: true)
    let text = try cluster.reply(to: second, on: "broadcast").contentValue["evalue"]?.string ?? ""
    #expect(text.contains("it failed on 3 too"))
  }

  @Test func broadcastsWithoutTargetsAreRefused() throws {
    let cluster = try TestCluster(engines: 1)
    for metadata: JSONValue in [
      [:], ["targets": "all"], ["targets": [["a"]]], ["targets": [], "is_coalescing": true],
    ] {
      let id = try cluster.client.send(
        "apply_request", metadata: JSONText(metadata), on: "broadcast")
      let reply = try cluster.reply(to: id, on: "broadcast")
      #expect(reply.contentValue["ename"] == "ValueError")
    }
  }

  @Test func broadcastsThatCannotBeDeliveredAreAnsweredWithAnError() throws {
    let cluster = try TestCluster(engines: 2)
    cluster.engines.closeWork(0)
    for isCoalescing in [false, true] {
      // A message sent while a connection is closing is lost with it, so the broadcast is repeated.
      var content: JSONValue?
      for _ in 0..<5 where content == nil {
        let id = try broadcast(cluster, isCoalescing: isCoalescing)
        let name = isCoalescing ? id : MessageID("\(id)_\(cluster.engines.engines[0].uuid)")
        let reply = try? cluster.reply(to: name, on: "broadcast", within: .seconds(8))
        content = reply?.contentValue
      }
      #expect(content?["ename"] == "EngineError")
    }
  }

  @Test func nobodyElseGetsTheTasksOfAnEngineByItsName() throws {
    let cluster = try TestCluster(engines: 1)
    let thief = try Socket(.dealer, name: "thief", in: cluster.context)
    try thief.set(linger: .zero)
    try thief.set(identity: cluster.engines.engines[0].uuid)
    try thief.connect("tcp://127.0.0.1:\(cluster.controller.engine.ports["task"] ?? 0)")
    for _ in 0..<20 {
      let id = try cluster.client.submit()
      _ = try cluster.reply(to: id, on: "task")
    }
    #expect(!thief.receive(into: Parcel()))
  }

  // MARK: Deaths

  @Test func theEndOfAConnectionIsNoticedAtOnceAndItsTasksFailWithWhatIsKnown() throws {
    let cluster = try TestCluster(engines: 2)
    cluster.engines.behaviour = { _, _ in .neverAnswers }
    try cluster.listenForNotifications()
    let ids = try (0..<2).map { _ in try cluster.client.submit() }
    try cluster.wait(for: "both tasks at engines") {
      let queues = try cluster.ask("queue_request", ["targets": .null])
      return ["0", "1"].allSatisfy { queues[$0]?["tasks"]?.integer == 1 }
    }
    let start = MonotonicClock().now
    let dead = (id: cluster.engines.engines[0].number, uuid: cluster.engines.engines[0].uuid)
    cluster.engines.kill(0)
    try cluster.wait(for: "news of the death") {
      cluster.client.timeout = .milliseconds(1)
      return try cluster.client.receive("notification")?.contentValue["id"]?.integer == dead.id
    }
    // Two periods of 3 s are allowed; the end of the connection is noticed within a fraction of one.
    #expect(start.duration(to: MonotonicClock().now) < .seconds(3))
    var failed: WireMessage?
    try cluster.wait(for: "the failure") {
      cluster.client.timeout = .milliseconds(1)
      failed = try cluster.client.receive("task")
      return failed != nil
    }
    let content = try #require(failed).contentValue
    #expect(content["ename"] == "EngineError")
    let text = content["evalue"]?.string ?? ""
    #expect(text.contains("Engine \(dead.id)") && text.contains(dead.uuid))
    #expect(text.contains("process \(LocalHost.processID)") && text.contains("127.0.0.1"))
    #expect(ids.contains { text.contains($0.text) }, "the task is named")
    #expect(try cluster.ids().count == 1)
  }

  @Test func anEngineWhoseHeartStopsIsGoneAfterItsMissesAndMayComeBack() throws {
    let cluster = try TestCluster(
      engines: 1,
      configure: {
        $0.heartbeatPeriod = .milliseconds(50)
        $0.allowedMisses = 1
      })
    // A process that hangs answers no pings, although its connections stay open.
    cluster.client.timeout = .milliseconds(5000)
    var isLost = false
    for _ in 0..<100_000 where !isLost {
      isLost =
        try cluster.client.ask("connection_request")?.content["engines"]?.object?.isEmpty ?? false
    }
    #expect(isLost)
    try cluster.waitForEngines(1)
    #expect(try cluster.ids().values.first == cluster.engines.engines[0].uuid)
  }

  @Test func whatALauncherSaysOfAProcessIsInTheErrorOfItsTask() throws {
    let cluster = try TestCluster(engines: 1)
    cluster.engines.behaviour = { _, _ in .neverAnswers }
    let id = try cluster.client.submit()
    try cluster.wait(for: "the task at its engine") {
      try cluster.ask("queue_request", ["targets": .null])["0"]?["tasks"]?.integer == 1
    }
    let cause: JSONValue = "it was killed by signal 9"
    let another = try cluster.ask(
      "apus_exit_request", ["process": .integer(LocalHost.processID + 1), "cause": cause])
    #expect(another["id"] == nil)
    #expect(try cluster.ids().count == 1, "another process's end is not this engine's")
    let told = try cluster.ask(
      "apus_exit_request", ["process": .integer(LocalHost.processID), "cause": cause])
    #expect(told["id"]?.integer == 0)
    let content = try cluster.reply(to: id, on: "task").contentValue
    #expect(content["ename"] == "EngineError")
    #expect(content["evalue"]?.string?.contains("killed by signal 9") == true)
    #expect(try cluster.ids().isEmpty)
  }

  @Test func unregistrationIsTakenFromAnybody() throws {
    let cluster = try TestCluster(engines: 2)
    try cluster.client.send(
      "unregistration_request", JSONText(["id": 0]), on: "registration")
    try cluster.waitForEngines(1)
    #expect(try Array(cluster.ids().keys) == ["1"])
  }

  @Test func aShutdownReplyOnTheOutputChannelIsADeparture() throws {
    let cluster = try TestCluster(engines: 1)
    try cluster.wait(for: "the departure") {
      // What is published before the controller's subscription has arrived is lost.
      cluster.engines.publish(
        0, "shutdown_reply", JSONText(["status": "ok"]), parent: Array("{}".utf8),
        topic: "shutdown")
      return try cluster.ids().isEmpty
    }
  }

  // MARK: End

  @Test func aClientCanEndTheController() throws {
    let cluster = try TestCluster()
    #expect(try cluster.ask("shutdown_request")["status"] == "ok")
    #expect(cluster.controller.waitForEnd())
    let files = try FileManager.default.contentsOfDirectory(
      atPath: cluster.folder.appendingPathComponent("security").path)
    #expect(files.isEmpty, "connection files are removed")
  }
}
