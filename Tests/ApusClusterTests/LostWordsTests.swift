// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire
import Testing

@testable import ApusCluster

/// What a client does about words that were lost with a connection; found by simulated lives.
@Suite struct LostWordsTests {
  private let now = Instant()

  private func seat() -> EngineSeat {
    var seat = EngineSeat(number: 0, offer: MessageID("o_1_1"), now: now)
    seat.accept(BatchWindow(workers: 1), left: nil, now: now)
    return seat
  }

  @Test func whatWasHeardBeforeIsPassedOver() {
    var seat = seat()
    seat.heard(["progress": 1])
    let again: JSONValue = ["repeats": 1, "repeated": [2, 0]]
    #expect(seat.unheard([1, 2, 3], again) == [3])
    #expect(seat.unheard([1, 2, 3], again, 1) == [1, 2, 3])
    #expect(seat.unheard([1, 2, 3], ["nanoseconds": 5]) == [1, 2, 3])
  }

  @Test func whatComesAgainBecauseItWasLostIsTaken() {
    var seat = seat()
    // The second word has come, the first has not, which was about a batch that has ended since.
    seat.heard(["progress": 2])
    #expect(seat.unheard([1, 2, 3], ["repeats": 1, "repeated": [2]]) == [1, 2, 3])
    #expect(seat.progress == 2)
    // An engine that is offered the map again counts anew.
    seat.offer(MessageID("o_1_2"), now: now)
    #expect(seat.progress == 0)
    // A word of the map's former life says nothing of this one.
    seat.heard(["progress": 6])
    #expect(seat.progress == 0)
    #expect(seat.unheard([1, 2, 3], ["repeats": 2, "repeated": [2]]) == [1, 2, 3])
  }

  @Test func anEngineIsAskedForOneWordAtATime() {
    var seat = seat()
    var asked: [Int] = []
    for second in [0, 2, 4, 7] {
      // The word of the first question comes, that of the second does not.
      if second == 2 { seat.heard(["unknown": []]) }
      if seat.takeRenewal(now: now + .seconds(second)) { asked.append(second) }
    }
    // One that does not come for five seconds is lost.
    #expect(asked == [0, 2, 7])
    #expect(seat.isUsable)
  }

  @Test func anEngineThatIsBackWithinAMomentHasNotLeft() {
    var times = MapTimes(now: now)
    times.left(EngineID("a"), now: now)
    times.left(EngineID("b"), now: now)
    times.joined(EngineID("a"), now: now + .milliseconds(10))
    #expect(times.takeDepartures(now: now + .milliseconds(60)) == [EngineID("b")])
    // It is asked at once what it has.
    #expect(times.takeRenewal(now: now + .milliseconds(60)) != nil)
  }

  @Test func theControllerIsAskedForWhatIsAwaitedWithGrowingPauses() {
    var pending = PendingRequests<Int>()
    let request = ViewRequest(id: MessageID("r_1_1"), type: .applyRequest, channel: "task")
    pending.add(request, 1, now: now)
    var asked: [Double] = []
    for second in 0..<300 {
      let time = now + .seconds(second)
      if !pending.takeAwaited(now: time).isEmpty { asked.append(now.duration(to: time).seconds) }
    }
    #expect(asked == [4, 8, 16, 32, 64, 124, 184, 244])
  }

  /// Messages that go nowhere, and those that a test puts in.
  private final class Channels: ClientChannels {
    var sent: [(channel: String, frames: [[UInt8]])] = []
    var incoming: [(channel: String, frames: [[UInt8]])] = []
    let clock: Clock
    init(_ clock: Clock) { self.clock = clock }

    func watch(_ channels: [String]) {}
    func linger(on channel: String) {}
    var waker: @Sendable () -> Void { {} }
    func send(_ parcel: Parcel, on channel: String) { sent.append((channel, parcel.allBytes)) }
    func wait(milliseconds: Int) { clock.now = clock.now + .milliseconds(milliseconds) }

    func receive(_ channel: String, into parcel: Parcel, milliseconds: Int?) -> Bool {
      guard let place = incoming.firstIndex(where: { $0.channel == channel }) else { return false }
      parcel.clear()
      for frame in incoming.remove(at: place).frames { parcel.append(frame) }
      return true
    }
  }

  private final class Clock: TimeSource {
    var now = Instant()
    var date: WireDate { WireDate(microseconds: now.nanoseconds / 1000) }
  }

  private func driver(
    _ channels: Channels
  ) throws -> (RequestDriver<Int>, ClientConnection) {
    let file = ConnectionFile(
      side: .client, interface: "tcp://127.0.0.1", ports: [:], key: "key", location: "")
    let connection = try ClientConnection(
      file, channels: channels, clock: channels.clock, session: "s")
    let driver = try RequestDriver<Int>(
      ClusterSettings(file), connection, clock: channels.clock)
    return (driver, connection)
  }

  @Test func aRequestThatTheControllerDoesNotKnowIsSentAgain() throws {
    let clock = Clock()
    let channels = Channels(clock)
    let (driver, connection) = try driver(channels)
    var controller = MessageMaker(session: "controller", process: 1, username: "")

    func answers(_ type: String) throws -> [MessageID] {
      try channels.sent.compactMap { sent in
        let message = try WireMessage.read(sent.frames, signer: connection.signer).message
        let header = try MessageHeader(message.header.span)
        return header.type.rawValue == type ? header.id : nil
      }
    }
    func put(_ type: String, _ content: JSONValue, for id: MessageID, on channel: String) {
      let message = controller.message(
        MessageType(type), content: JSONText(content),
        parent: JSONText(["msg_id": .string(id.text), "session": "s"]).bytes, date: clock.date)
      channels.incoming.append((channel, message.frames(signer: connection.signer)))
    }

    let request = ViewRequest(id: MessageID("r_1_1"), type: .applyRequest, channel: "task")
    #expect(driver.send(request, 7).isEmpty)
    _ = try driver.turn()
    let first = try #require(answers("connection_request").first)
    put("connection_reply", ["apus_awaits": true], for: first, on: "registration")
    // The controller is there all the time, and says so.
    while clock.now < Instant() + .seconds(7) {
      _ = try driver.turn()
      if let last = try answers("connection_request").last {
        put("connection_reply", ["apus_awaits": true], for: last, on: "registration")
      }
    }
    let question = try #require(answers("apus_await_request").first)
    channels.sent = []
    put("apus_await_reply", ["unknown": ["r_1_1"]], for: question, on: "task")
    _ = try driver.turn()
    #expect(try answers("apply_request") == [MessageID("r_1_1")])
    put("apply_reply", ["status": "ok"], for: MessageID("r_1_1"), on: "task")
    #expect(try driver.turn().map(\.waiter) == [7])
  }

  @Test func aControllerThatCannotBeAskedIsNotAsked() throws {
    let clock = Clock()
    let channels = Channels(clock)
    let (driver, _) = try driver(channels)
    let request = ViewRequest(id: MessageID("r_1_1"), type: .applyRequest, channel: "task")
    #expect(driver.send(request, 7).isEmpty)
    while clock.now < Instant() + .seconds(12) { _ = try driver.turn() }
    #expect(channels.sent.count { $0.channel == "task" } == 1)
  }
}
