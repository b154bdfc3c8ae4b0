// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire
import Testing

@testable import ApusController

/// Coalescing broadcasts.
@Suite struct BroadcastGatheringTests {
  private func request(_ name: String, _ targets: [EngineID]) -> BroadcastGathering<Int>.Request {
    .init(
      id: MessageID(name), client: ClientID([1]),
      targets: targets.enumerated().map { BroadcastTarget(id: $1, number: $0) }, header: [])
  }

  @Test func aBroadcastIsCompleteWithItsLastReply() {
    var gathering = BroadcastGathering<Int>()
    let began = [gathering.begin(request("m", ["a", "b"])), gathering.begin(request("m", ["a"]))]
    #expect(began == [true, false], "a name is open once")
    let first = gathering.replied(MessageID("m"), from: "b", 2)
    let twice = gathering.replied(MessageID("m"), from: "b", 3)
    let stranger = gathering.replied(MessageID("m"), from: "x", 3)
    #expect(first == nil && twice == nil && stranger == nil)
    let last = gathering.replied(MessageID("m"), from: "a", 1)
    #expect(last?.replies == [1, 2], "in the order of the targets")
    #expect(gathering.count == 0)
  }

  @Test func failuresAreKeptWithTheirEngines() {
    var gathering = BroadcastGathering<Int>()
    _ = gathering.begin(request("m", ["a", "b"]))
    _ = gathering.failed(MessageID("m"), at: "a", RemoteError("EngineError"))
    let result = gathering.replied(MessageID("m"), from: "b", 2)
    #expect(result?.failures.map(\.target.id) == ["a"] && result?.replies == [2])
  }

  @Test func broadcastsOfAnEngineThatLeftAreDroppedWhole() {
    var gathering = BroadcastGathering<Int>()
    _ = gathering.begin(request("m", ["a", "b"]))
    _ = gathering.begin(request("n", ["b"]))
    gathering.engineLeft("a")
    let late = gathering.replied(MessageID("m"), from: "b", 1)
    let other = gathering.replied(MessageID("n"), from: "b", 1)
    #expect(late == nil && other != nil && gathering.count == 0)
    let leftOver = ["m", "n", "o", "o"].map { gathering.isLeftOver(MessageID($0)) }
    #expect(leftOver == [false, false, true, false], "only what this controller has never seen")
  }

  @Test func theTextOfAnErrorKeepsBytesThatAreNotUTF8() throws {
    var gathering = BroadcastGathering<Envelope>()
    let targets = ["a", "b"].enumerated().map { BroadcastTarget(id: EngineID($1), number: $0) }
    _ = gathering.begin(
      .init(id: MessageID("m"), client: ClientID([1]), targets: targets, header: []))
    func reply(_ engine: String) -> Envelope {
      let content = Array(#"{"status":"error","ename":"OSError","evalue":"caf"#.utf8) + [0xE9]
      return Envelope(
        WireMessage(
          header: [], metadata: Array(#"{"status":"error","engine":"\#(engine)"}"#.utf8),
          content: content + Array(#""}"#.utf8)))
    }
    _ = gathering.replied(MessageID("m"), from: "a", reply("a"))
    let last = gathering.replied(MessageID("m"), from: "b", reply("b"))
    let result = try #require(last)
    let error = try #require(BroadcastErrors(result).combined)
    let bytes = error.content.bytes
    let wanted = Array(#""evalue":"caf"#.utf8) + [0xE9] + Array(" (on engine 0;".utf8)
    #expect(bytes.indices.contains { bytes[$0...].starts(with: wanted) }, "\(error.content)")
    _ = try JSONText(checking: bytes)
  }
}
