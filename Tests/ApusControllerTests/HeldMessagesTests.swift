// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire
import Testing

@testable import ApusController

/// Messages for engines that cannot be reached.
@Suite struct HeldMessagesTests {
  private func message(_ name: String, to engine: EngineID, _ channel: EngineChannel = .task)
    -> EngineMessage
  {
    EngineMessage(
      parcel: Parcel(), engine: engine, channel: channel, purpose: .task(MessageID(name)))
  }

  private func names(_ messages: [EngineMessage]) -> [String] {
    messages.map { if case .task(let id) = $0.purpose { id.text } else { "?" } }
  }

  private func after(_ duration: Duration) -> Instant { Instant() + duration }

  @Test func theyAreTriedAgainInOrderAndTimeOut() {
    var held = HeldMessages()
    held.hold(message("1", to: "a"), now: 0)
    held.hold(message("2", to: "a"), now: 5)
    held.hold(message("3", to: "b", .control), now: 5)
    #expect(held.mustWait(message("4", to: "a")) && !held.mustWait(message("4", to: "a", .mux)))
    #expect(held.nextRetry == after(HeldMessages.retryInterval))
    let early = held.takeDue(now: 1)
    #expect(early.lines.isEmpty && early.late.isEmpty)
    let due = held.takeDue(now: after(HeldMessages.retryInterval))
    #expect(due.lines.map(\.engine) == ["a", "b"] && due.late.isEmpty)
    // Engine a can be reached again, b cannot.
    #expect(sendAll(of: due.lines[0], &held) == ["1", "2"])
    #expect(!held.mustWait(message("4", to: "a")) && held.engines == ["b"])
    let late = held.takeDue(now: Instant(nanoseconds: 5) + HeldMessages.timeout)
    #expect(names(late.late) == ["3"] && late.lines.isEmpty)
    #expect(held.isEmpty && held.nextRetry == nil)
  }

  @Test func aMessageTimesOutByItsOwnDeadline() {
    var held = HeldMessages()
    held.hold(message("1", to: "a"), now: 0)
    held.hold(message("2", to: "a"), now: after(.seconds(1)))
    let late = held.takeDue(now: after(HeldMessages.timeout))
    #expect(names(late.late) == ["1"] && late.lines.map(\.engine) == ["a"])
    #expect(held.violatedInvariants() == [])
    #expect(sendAll(of: late.lines[0], &held) == ["2"] && held.isEmpty)
  }

  /// Removes the messages of a line as if they were sent.
  private func sendAll(of line: HeldMessages.Line, _ held: inout HeldMessages) -> [String] {
    var sent: [String] = []
    while let message = held.first(of: line) {
      sent += names([message])
      held.removeFirst(of: line)
    }
    return sent
  }

  @Test func thoseForAnEngineThatLeftAreHandedOut() {
    var held = HeldMessages()
    for (name, engine) in [("1", EngineID("a")), ("2", "b"), ("3", "a")] {
      held.hold(message(name, to: engine), now: 0)
    }
    let removed = held.remove("a")
    #expect(names(removed) == ["1", "3"] && !held.isEmpty)
    let rest = held.remove("b")
    #expect(names(rest) == ["2"] && held.isEmpty && held.nextRetry == nil)
  }
}
