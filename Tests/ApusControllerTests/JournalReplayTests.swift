// Part of Apus, Apache-2.0. See LICENSE.
import ApusController
import ApusRandom
import ApusTransport
import ApusWire
import Testing

/// A journal that was recorded in a random run, replayed through the scheduler's events at any moment of it, gives the scheduler's
/// state at that moment.
@Suite struct JournalReplayTests {
  /// A controller whose engines are played, with what they have been given.
  private final class Run {
    let storage = MemoryJournal()
    let cluster: MemoryCluster
    var random: Philox4x64
    var engines: [EngineID] = []
    private var joined = 0
    private var requests: [(engine: EngineID, frames: [[UInt8]])] = []
    private var ids: [MessageID] = []

    init(_ seed: UInt64) throws {
      random = Philox4x64(SeedSequence(UInt128(seed)))
      cluster = try MemoryCluster(journal: storage) { $0.recordLimit = 1000 }
    }

    private func draw(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }

    func step() throws {
      switch draw(12) {
      case 0: if engines.count < 4 { join() }
      case 1: if engines.count > 1, draw(4) == 0 { try leave() }
      case 2...6: submit()
      case 7: try abort()
      default: try reply()
      }
      cluster.turn()
      requests += try cluster.requests(.taskEngines)
      _ = cluster.transport.take(.taskClients)
    }

    private func join() {
      let id = EngineID("e\(joined)")
      cluster.join(id, connection: Int32(100 + joined))
      joined += 1
      engines.append(id)
    }

    /// An engine leaves, and its replies are waited for no longer.
    private func leave() throws {
      let id = engines.remove(at: draw(engines.count))
      requests.removeAll { $0.engine == id }
      let number = Int(id.uuid.dropFirst()) ?? 0
      cluster.send(
        "unregistration_request", JSONText(["id": .integer(number)]), on: .query)
      cluster.turn()
      cluster.turn(after: .milliseconds(300))
    }

    private func submit() {
      var metadata: [String: JSONValue] = ["retries": .integer(draw(3))]
      if draw(4) == 0, let other = ids.last { metadata["after"] = .array([.string(other.text)]) }
      if draw(4) == 0, let engine = engines.first {
        metadata["targets"] = .array([.string(engine.uuid)])
      }
      ids.append(
        cluster.send(
          "apply_request", metadata: JSONText(.object(metadata)), on: .taskClients))
    }

    private func abort() throws {
      guard let id = ids.last, let engine = engines.first else { return }
      cluster.send(
        "abort_request", JSONText(["msg_ids": .array([.string(id.text)])]), to: [engine.uuid],
        on: .controlClients)
    }

    private func reply() throws {
      guard !requests.isEmpty else { return }
      let request = requests.remove(at: draw(requests.count))
      let status = draw(3) == 0 ? "error" : "ok"
      try cluster.reply(request.engine, to: request.frames, status: status, on: .taskEngines)
    }
  }

  private static func queues(_ cluster: MemoryCluster) throws -> JSONValue {
    let id = cluster.send("queue_request", JSONText(["verbose": true]), on: .query)
    for _ in 0..<3 { cluster.turn() }
    return try #require(try cluster.answers(.query)[id])
  }

  @Test(arguments: 0..<8)
  func aReplayedJournalGivesTheSameState(seed: UInt64) throws {
    let run = try Run(seed)
    for step in 0..<400 {
      try run.step()
      guard step % 20 == 19, !run.engines.isEmpty else { continue }
      let live = try Self.queues(run.cluster)
      let replayed = try MemoryCluster(journal: run.storage.cut(at: .max)) { $0.recordLimit = 1000 }
      let again = try Self.queues(replayed)
      #expect(again["unassigned"] == live["unassigned"], "what waits")
      for engine in run.engines {
        let number = String(engine.uuid.dropFirst())
        #expect(again[number]?["tasks"] == live[number]?["tasks"], "what \(engine) has")
      }
    }
  }
}
