// Part of Apus, Apache-2.0. See LICENSE.
import ApusCluster
import ApusRandom
import ApusTransport
import ApusWire
import Foundation
import SimulatedCluster
import Testing

@testable import ApusController

/// Fuzz tests of a whole controller: real messages, corrupted at random and often signed again, on all
/// channels.
///
/// `APUS_FUZZ_SECONDS` sets the duration (default 3) and `APUS_FUZZ_SEED` the seed; a failure names its seed.
@Suite(.serialized) struct FuzzTests {
  /// The limit on the growth of this process, in megabytes, including everything that libzmq holds.
  private static let growth = 200

  private struct Sample {
    let channel: String
    let side: ConnectionFile.Side
    let identities: [[UInt8]]
    let message: WireMessage
  }

  @Test func aControllerOutlivesSpoiledMessages() throws {
    let environment = ProcessInfo.processInfo.environment
    let seconds = environment["APUS_FUZZ_SECONDS"].flatMap(Double.init) ?? 3
    let seed =
      environment["APUS_FUZZ_SEED"].flatMap(UInt128.init) ?? UInt128(UInt64.random(in: 0 ... .max))
    var random = Philox4x64(SeedSequence(seed))
    let cluster = try TestCluster(engines: 3)
    var sockets: [String: Socket] = [:]
    let clock = MonotonicClock()
    let end = clock.now + .seconds(seconds)
    let before = Self.residentMegabytes
    var count = 0
    while clock.now < end {
      for _ in 0..<500 {
        let sample = sample(cluster, count, &random)
        let frames = spoiled(sample, cluster.client.signer, &random)
        let socket = try socket(sample, cluster, &sockets)
        _ = socket.send(frames)
        count += 1
        if count % 20 == 0 { try? cluster.engines.serve(milliseconds: 0) }
      }
      cluster.drain()
      let answer = try? cluster.client.ask("connection_request")
      try #require(answer != nil, "no answer after \(count) messages; APUS_FUZZ_SEED=\(seed)")
    }
    let grown = Self.residentMegabytes - before
    #expect(grown < Self.growth, "\(grown) MB after \(count) messages; APUS_FUZZ_SEED=\(seed)")
    #expect(count > 500)
    print("fuzz: \(count) messages in \(seconds) s, \(grown) MB more, seed \(seed)")
  }

  private func pick<Element>(_ values: [Element], _ random: inout Philox4x64) -> Element {
    values[Int.random(in: 0..<values.count, using: &random)]
  }

  /// A message as a client or an engine would send it.
  private func sample(_ cluster: TestCluster, _ number: Int, _ random: inout Philox4x64) -> Sample {
    let engine = pick(cluster.engines.engines, &random)
    let uuid = Array(engine.uuid.utf8)
    let id = MessageID("fuzz_1_\(Int.random(in: 0...number, using: &random))")
    func header(_ type: String) -> [UInt8] {
      cluster.client.maker.header(MessageType(type), id: id, date: MonotonicClock().date)
    }
    func json(_ value: JSONValue) -> [UInt8] { JSONText(value).bytes }
    let old = JSONValue.string("fuzz_1_\(Int.random(in: 0...number, using: &random))")
    switch Int.random(in: 0..<8, using: &random) {
    case 0:
      let metadata: JSONValue = [
        "after": [old], "follow": ["dependencies": [old], "all": false], "timeout": .number(0.01),
        "targets": [.string(engine.uuid)], "retries": 2,
      ]
      return Sample(
        channel: "task", side: .client, identities: [],
        message: WireMessage(
          header: header("apply_request"), metadata: json(metadata), buffers: [[1]]))
    case 1:
      return Sample(
        channel: pick(["mux", "control"], &random), side: .client, identities: [uuid],
        message: WireMessage(
          header: header(
            pick(["apply_request", "execute_request", "abort_request", "comm_msg"], &random)),
          content: json(["msg_ids": [old], "code": "1"])))
    case 2:
      let targets: JSONValue = [[.string(engine.uuid), .integer(engine.number)]]
      return Sample(
        channel: "broadcast", side: .client, identities: [],
        message: WireMessage(
          header: header("apply_request"),
          metadata: json([
            "targets": targets, "is_broadcast": true, "is_coalescing": .bool(number % 2 == 0),
          ])))
    case 3, 4:
      let types = [
        "queue_request", "result_request", "history_request", "db_request", "purge_request",
        "resubmit_request", "load_request", "registration_request", "connection_request",
      ]
      let content: JSONValue = [
        "targets": [0], "msg_ids": [old], "query": ["msg_id": ["$glob": "*a*"]], "keys": ["header"],
        "uuid": .string("fuzz\(number % 50)"), "engine_ids": [0],
      ]
      return Sample(
        channel: "registration", side: .client, identities: [],
        message: WireMessage(header: header(pick(types, &random)), content: json(content)))
    case 5:
      return Sample(
        channel: "iopub", side: .engine, identities: [Array("engine.0.stdout".utf8)],
        message: WireMessage(
          header: header("stream"), parent: header("apply_request"),
          content: json(["name": "stdout", "text": "x"])))
    default:
      let metadata: JSONValue = [
        "status": "ok", "engine": .string(engine.uuid), "is_coalescing": true,
        "original_msg_id": old,
      ]
      return Sample(
        channel: pick(["mux", "task", "control", "broadcast"], &random), side: .engine,
        identities: [[0, 1, 2, 3, 4]],
        message: WireMessage(
          header: header("apply_reply"), parent: header("apply_request"), metadata: json(metadata)))
    }
  }

  private func socket(
    _ sample: Sample, _ cluster: TestCluster, _ sockets: inout [String: Socket]
  ) throws -> Socket {
    let key = "\(sample.side) \(sample.channel)"
    if let socket = sockets[key] { return socket }
    let file = sample.side == .client ? cluster.controller.client : cluster.controller.engine
    let socket = try Socket(
      sample.channel == "iopub" ? .publish : .dealer, name: key, in: cluster.context)
    try socket.set(linger: .zero)
    if sample.side == .engine { try socket.set(identity: "fuzz") }
    let port = file.ports[sample.channel] ?? file.broadcastPorts.first ?? 0
    try socket.connect("tcp://127.0.0.1:\(port)")
    sockets[key] = socket
    return socket
  }

  private func spoiled(
    _ sample: Sample, _ signer: MessageSigner, _ random: inout Philox4x64
  ) -> [[UInt8]] {
    var message = sample.message
    for _ in 0..<Int.random(in: 0...2, using: &random) {
      switch Int.random(in: 0..<4, using: &random) {
      case 0: message.header = spoiled(message.header, &random)
      case 1: message.parent = spoiled(message.parent, &random)
      case 2: message.metadata = spoiled(message.metadata, &random)
      default: message.content = spoiled(message.content, &random)
      }
    }
    var frames = message.frames(identities: sample.identities, signer: signer)
    guard Int.random(in: 0..<4, using: &random) == 0 else { return frames }
    let place = Int.random(in: 0..<frames.count, using: &random)
    switch Int.random(in: 0..<4, using: &random) {
    case 0: frames.remove(at: place)
    case 1: frames.insert(frames[place], at: place)
    case 2: frames[place] = spoiled(frames[place], &random)
    default: frames.removeSubrange(place...)
    }
    return frames.isEmpty ? [[]] : frames
  }

  private static let words = [
    "null", "[]", "{}", "-1", "1e400", "\"\"", "\"\\ud800\"", "true", "[[[[",
    "99999999999999999999",
  ]

  private func spoiled(_ bytes: [UInt8], _ random: inout Philox4x64) -> [UInt8] {
    var bytes = bytes
    let place = Int.random(in: 0...max(0, bytes.count - 1), using: &random)
    switch Int.random(in: 0..<6, using: &random) {
    case 0 where !bytes.isEmpty: bytes[place] = UInt8.random(in: 0...255, using: &random)
    case 1: bytes = Array(bytes.prefix(place))
    case 2: bytes.insert(contentsOf: pick(Self.words, &random).utf8, at: min(place, bytes.count))
    case 3: return replacedValue(bytes, &random)
    case 4: bytes += bytes
    default: return replacedValue(bytes, &random)
    }
    return bytes
  }

  /// JSON with another value for one of its members.
  private func replacedValue(_ bytes: [UInt8], _ random: inout Philox4x64) -> [UInt8] {
    guard var members = (try? JSONValue(bytes))?.object,
      let key = members.keys.sorted().randomElement(using: &random)
    else { return Array(pick(Self.words, &random).utf8) }
    let values: [JSONValue] = [
      .null, 5, -1, .number(1e300), "", .string(String(repeating: "x", count: 2000)), [], [:], true,
      ["dependencies": ["a"], "success": false], [["a", 1]], [[1, "a"]], ["$lt": 1],
    ]
    members[key] = pick(values, &random)
    return JSONText(.object(members)).bytes
  }

  private static var residentMegabytes: Int {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else {
      return 0
    }
    let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    return pages * 4096 >> 20
  }
}
