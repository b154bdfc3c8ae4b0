// Part of Apus, Apache-2.0. See LICENSE.
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
  }
}
