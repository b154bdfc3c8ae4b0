// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire
import Testing

@testable import ApusController

/// Tests of heartbeats, with a clock that the test advances.
@Suite struct HeartMonitorTests {
  static let second: Instant = 1_000_000_000

  /// A whole number of beats.
  static func beats(_ count: Int) -> Instant { Instant(nanoseconds: count * 1_000_000_000) }

  private func monitor(misses: Int = 2) -> HeartMonitor {
    HeartMonitor(period: .seconds(1), allowedMisses: misses, now: 0)
  }

  /// The next ping, or nil.
  private func ping(_ monitor: inout HeartMonitor, at now: Instant, isJoining: Bool = false)
    -> [UInt8]?
  {
    monitor.ping(now: now, isAnyJoining: isJoining)?.ping
  }

  @Test func pingsFollowThePeriod() {
    var monitor = monitor()
    let first = ping(&monitor, at: 0)
    let early = ping(&monitor, at: 999_999_999)
    let second = ping(&monitor, at: Self.second)
    #expect(first != nil && early == nil && second != nil && second != first)
    #expect(monitor.nextEvent == Self.beats(2))
  }

  @Test func pingsFollowQuicklyWhileAnEngineJoins() {
    var monitor = monitor()
    _ = ping(&monitor, at: 0)
    monitor.pingSoon(now: 10)
    let soon = ping(&monitor, at: 10, isJoining: true)
    #expect(soon != nil && monitor.nextEvent == Instant(nanoseconds: 10) + HeartMonitor.quickPeriod)
    let next = ping(
      &monitor, at: Instant(nanoseconds: 10) + HeartMonitor.quickPeriod, isJoining: false)
    #expect(next != nil && monitor.nextEvent == Self.second)
  }

  @Test func joiningEnginesArePingedLessOftenTheMoreThereAre() {
    // Each ping is answered by all: one for each engine that joins would cost the square of their number.
    var monitor = monitor()
    var (now, pings) = (Instant(), 0)
    for number in 0..<5000 {
      now = now + .microseconds(100)
      monitor.pingSoon(now: now)
      if ping(&monitor, at: now, isJoining: true) != nil { pings += 1 }
      monitor.add(EngineID("e\(number)"))
    }
    // 0.5 s: with a thousand engines and more, one in 10 to 50 ms.
    #expect((10...200).contains(pings), "\(pings) pings")
  }

  @Test func anEngineDiesOfMoreMissesThanAreAllowed() {
    var monitor = monitor(misses: 2)
    monitor.add("a")
    monitor.add("b")
    var dead: [[EngineID]] = []
    for beat in 0..<6 {
      guard let due = monitor.ping(now: Self.beats(beat), isAnyJoining: false) else {
        Issue.record("no ping at \(beat)")
        return
      }
      dead.append(due.dead)
      for id in due.dead { monitor.remove(id) }
      _ = monitor.pong("b", due.ping)
    }
    // The first ping asks; at the second, third and fourth the answer is missing.
    #expect(dead == [[], [], [], ["a"], [], []])
    #expect(monitor.count == 1)
  }

  @Test func lateAnswersCountAndStrayOnesDoNot() {
    var monitor = monitor(misses: 0)
    monitor.add("a")
    let first = ping(&monitor, at: 0) ?? []
    _ = ping(&monitor, at: Self.second)
    let late = monitor.pong("a", first)
    let third = monitor.ping(now: Self.beats(2), isAnyJoining: false)
    #expect(late == .late && third?.dead == [])
    let answers = [
      monitor.pong("a", first), monitor.pong("a", [1, 2]), monitor.pong("a", Array("99".utf8)),
      monitor.pong("a", []), monitor.pong("x", third?.ping ?? []),
    ]
    #expect(answers == [.unexpected, .unexpected, .unexpected, .unexpected, .new])
  }

  @Test func theEndOfAConnectionIsDeathAfterAMoment() {
    var monitor = monitor()
    monitor.add("a")
    let old = ping(&monitor, at: 0) ?? []
    monitor.connectionEnded("a", now: 100)
    #expect(monitor.nextEvent == 100, "a ping is due at once")
    _ = ping(&monitor, at: 100)
    let answer = monitor.pong("a", old)
    #expect(answer == .late, "sent before the connection ended, it does not revive the engine")
    let early = monitor.dead(now: Instant(nanoseconds: 99) + HeartMonitor.gracePeriod)
    let late = monitor.dead(now: Instant(nanoseconds: 100) + HeartMonitor.gracePeriod)
    #expect(early.isEmpty && late == ["a"])
  }

  @Test func whoComesBackInTimeLives() {
    var monitor = monitor()
    monitor.add("a")
    _ = ping(&monitor, at: 0)
    monitor.connectionEnded("a", now: 100)
    let next = ping(&monitor, at: 100) ?? []
    let answer = monitor.pong("a", next)
    let dead = monitor.dead(now: Self.second)
    #expect(answer != .unexpected && dead.isEmpty)
    monitor.connectionEnded("nobody", now: 0)
    #expect(monitor.count == 1)
  }

  @Test func whoStillHasAnotherConnectionHasTwoBeatsToComeBack() {
    var monitor = monitor()
    monitor.add("a")
    _ = ping(&monitor, at: 0)
    monitor.connectionEnded("a", isLast: false, now: 0)
    let early = monitor.dead(now: 1_999_999_999)
    #expect(early.isEmpty && monitor.isAwaited("a"))
    // The other one ends too: now no connection is left.
    monitor.connectionEnded("a", now: Self.second)
    let dead = monitor.dead(now: Self.second + HeartMonitor.gracePeriod)
    #expect(dead == ["a"])
  }
}
