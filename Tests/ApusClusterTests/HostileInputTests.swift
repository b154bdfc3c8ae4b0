// Part of Apus, Apache-2.0. See LICENSE.
import ApusCluster
import ApusRandom
import ApusTransport
import ApusWire
import Foundation
import SimulatedCluster
import Testing

@testable import ApusController

/// Tests of broken and malicious input, which is dropped while all other peers are served.
@Suite(.serialized) struct HostileInputTests {
  private static let clientChannels = ["registration", "mux", "task", "broadcast", "control"]
  private static let engineChannels = ["mux", "task", "control", "iopub", "hb_pong"]

  private func isServing(_ cluster: TestCluster) throws {
    let id = try cluster.client.submit()
    #expect(try cluster.reply(to: id, on: "task").contentValue["status"] == "ok")
    #expect(try cluster.ids().count == cluster.engines.engines.count)
  }

  /// A socket of an unknown peer, connected to one of the controller's ports.
  private func stranger(
    _ cluster: TestCluster, _ kind: Socket.Kind, port: Int, name: String? = nil
  ) throws -> Socket {
    let socket = try Socket(kind, name: "stranger", in: cluster.context)
    try socket.set(linger: .milliseconds(100))
    if let name { try socket.set(identity: name) }
    try socket.connect("tcp://127.0.0.1:\(port)")
    return socket
  }

  @Test func wrongSignaturesAreDroppedOnAllChannels() throws {
    let cluster = try TestCluster(engines: 2)
    var file = cluster.controller.client
    file.key = "another key"
    let liar = try SimulatedClient(file, in: cluster.context)
    let uuid = cluster.engines.engines[0].uuid
    for channel in Self.clientChannels {
      for _ in 0..<200 {
        try liar.send(
          "apply_request", to: ["mux", "control"].contains(channel) ? [uuid] : [], on: channel)
      }
      liar.timeout = .milliseconds(20)
      #expect(try liar.receive(channel) == nil)
    }
    try isServing(cluster)
    #expect(cluster.engines.engines.map(\.served).reduce(0, +) == 1)
  }

  @Test func framesThatAreNoMessageAreDropped() throws {
    let cluster = try TestCluster(engines: 1)
    let (client, engine) = (cluster.controller.client, cluster.controller.engine)
    let ports =
      Self.clientChannels.map { client.ports[$0] ?? 0 }
      + Self.engineChannels.map { engine.ports[$0] ?? 0 } + engine.broadcastPorts
    let delimiter = WireMessage.delimiter
    for (number, port) in ports.enumerated() {
      let isOutput = port == engine.ports["iopub"]
      let socket = try stranger(
        cluster, isOutput ? .publish : .dealer, port: port, name: "stranger\(number)")
      let many = [[UInt8]](repeating: [1], count: 70_000)
      for frames: [[UInt8]] in [
        [[]], [[], []], [[1]], [delimiter], [delimiter, []], [delimiter, [], [], [], [], []],
        [[], delimiter, [], [], []], [delimiter, [0], [1], [2], [3], [4], [5]], many,
        [[UInt8](repeating: 65, count: 200_000)],
        [[UInt8]](repeating: [1], count: 40) + [delimiter],
      ] {
        _ = socket.send(frames)
      }
    }
    try isServing(cluster)
  }

  @Test func signedMessagesWithBrokenPartsAreRefusedOrAnswered() throws {
    let cluster = try TestCluster(engines: 1)
    let signer = cluster.client.signer
    let broken: [[UInt8]] = ["", "{", "[]", "null", "{\"msg_id\":5}", "\u{0}", "{\"a\":\"\\u12\"}"]
      .map { Array($0.utf8) }
    let good = cluster.client.maker.header(
      .applyRequest, id: MessageID("x_1_1"), date: MonotonicClock().date)
    for channel in Self.clientChannels {
      let identities: [[UInt8]] =
        ["mux", "control"].contains(channel) ? [Array(cluster.engines.engines[0].uuid.utf8)] : []
      for bytes in broken {
        for place in 0..<4 {
          var parts = [good, Array("{}".utf8), Array("{}".utf8), Array("{}".utf8)]
          parts[place] = bytes
          let message = WireMessage(
            header: parts[0], parent: parts[1], metadata: parts[2], content: parts[3])
          _ = try cluster.client.sockets.socket(channel).send(
            message.frames(identities: identities, signer: signer))
        }
      }
    }
    try isServing(cluster)
  }

  @Test func aMessageThatComesTwiceIsServedOnce() throws {
    let cluster = try TestCluster(engines: 1)
    for (channel, identities) in [
      ("task", []), ("mux", [Array(cluster.engines.engines[0].uuid.utf8)]),
    ] as [(String, [[UInt8]])] {
      let id = MessageID("again_\(channel)_1_1")
      let header = cluster.client.maker.header(.applyRequest, id: id, date: MonotonicClock().date)
      let frames = WireMessage(header: header).frames(
        identities: identities, signer: cluster.client.signer)
      for _ in 0..<50 { _ = try cluster.client.sockets.socket(channel).send(frames) }
      _ = try cluster.reply(to: id, on: channel)
    }
    try isServing(cluster)
    #expect(cluster.engines.engines[0].served == 3)
    let header = cluster.client.maker.header(
      MessageType("connection_request"), id: MessageID("q_1_1"), date: MonotonicClock().date)
    let frames = WireMessage(header: header).frames(signer: cluster.client.signer)
    for _ in 0..<20 { _ = try cluster.client.sockets.socket("registration").send(frames) }
    _ = try cluster.reply(to: MessageID("q_1_1"), on: "registration")
    cluster.client.timeout = .milliseconds(50)
    #expect(try cluster.client.receive("registration") == nil, "it was answered once")
  }

  @Test func repliesOfStrangersChangeNothing() throws {
    let cluster = try TestCluster(engines: 1)
    cluster.engines.behaviour = { _, _ in .neverAnswers }
    let id = try cluster.client.submit()
    try cluster.wait(for: "the task at its engine") {
      try cluster.ask("queue_request", ["targets": .null])["unassigned"]?.integer == 0
    }
    let stranger = try stranger(
      cluster, .dealer, port: cluster.controller.engine.ports["task"] ?? 0, name: "stranger")
    let header = cluster.client.maker.header(
      .applyReply, id: MessageID("r_1_1"), date: MonotonicClock().date)
    let parent = Array(#"{"msg_id":"\#(id)","msg_type":"apply_request"}"#.utf8)
    let reply = WireMessage(header: header, parent: parent)
    _ = stranger.send(reply.frames(identities: [[0, 1, 2, 3, 4]], signer: cluster.client.signer))
    #expect(try cluster.ids().count == 1)
    cluster.client.timeout = .milliseconds(50)
    #expect(try cluster.client.receive("task") == nil)
    #expect(try cluster.ask("queue_request", ["targets": .null])["0"]?["tasks"]?.integer == 1)
  }

  @Test func bytesThatAreNoProtocolAtAllAreDropped() throws {
    let cluster = try TestCluster(engines: 1)
    var random = Philox4x64(SeedSequence(3))
    let (client, engine) = (cluster.controller.client, cluster.controller.engine)
    for port in Array(client.ports.values) + Array(engine.ports.values) {
      for count in [1, 10, 64, 1000] {
        let raw = try RawConnection(port: port)
        raw.send((0..<count).map { _ in UInt8.random(in: 0...255, using: &random) })
        raw.send(Array("GET / HTTP/1.1\r\n\r\n".utf8))
      }
    }
    try isServing(cluster)
  }

  @Test func pongsAndRegistrationsWithoutMeasureAreRefused() throws {
    let cluster = try TestCluster(engines: 1)
    let engine = cluster.controller.engine
    let pong = try stranger(cluster, .dealer, port: engine.ports["hb_pong"] ?? 0, name: "liar")
    for number in 0..<5000 { _ = pong.send([Array("\(number)".utf8)]) }
    _ = pong.send([[UInt8](repeating: 49, count: SocketTransport.longestPong + 1)])
    for content: JSONValue in [
      [:], ["uuid": 5], ["uuid": ""], ["uuid": .string(String(repeating: "x", count: 300))],
      ["uuid": "x", "id": "y"], ["uuid": "z", "id": .integer(.max)],
    ] {
      try cluster.client.send("registration_request", JSONText(content), on: "registration")
    }
    for content: JSONValue in [[:], ["id": "0"], ["id": 77], ["id": .number(1e300)]] {
      try cluster.client.send("unregistration_request", JSONText(content), on: "registration")
    }
    try isServing(cluster)
  }
}
