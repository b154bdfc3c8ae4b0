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
}
