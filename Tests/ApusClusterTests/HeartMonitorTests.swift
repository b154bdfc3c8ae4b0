// Part of Apus, Apache-2.0. See LICENSE.
import Testing

@testable import ApusCluster

/// Whose heart beats, with a clock that goes when the test says so.
@Suite struct HeartMonitorTests {
  static let second = 1_000_000_000

  private func monitor(misses: Int = 2) -> HeartMonitor {
    HeartMonitor(period: .seconds(1), allowedMisses: misses, now: 0)
  }

  /// The next ping, or nil.
  private func ping(_ monitor: inout HeartMonitor, at now: Int, isJoining: Bool = false) -> [UInt8]?
  {
    monitor.ping(now: now, isSomebodyJoining: isJoining)?.ping
  }

  @Test func pingsFollowThePeriod() {
    var monitor = monitor()
    let first = ping(&monitor, at: 0)
    let early = ping(&monitor, at: Self.second - 1)
    let second = ping(&monitor, at: Self.second)
    #expect(first != nil && early == nil && second != nil && second != first)
    #expect(monitor.nextEvent == 2 * Self.second)
  }

  @Test func pingsHurryWhileSomebodyJoins() {
    var monitor = monitor()
    _ = ping(&monitor, at: 0)
    monitor.hurryUp(now: 10)
    let soon = ping(&monitor, at: 10, isJoining: true)
    #expect(soon != nil && monitor.nextEvent == 10 + HeartMonitor.hurry)
    let next = ping(&monitor, at: 10 + HeartMonitor.hurry, isJoining: false)
    #expect(next != nil && monitor.nextEvent == Self.second)
  }

  @Test func anEngineDiesOfMoreMissesThanAreAllowed() {
    var monitor = monitor(misses: 2)
    monitor.add("a")
    monitor.add("b")
    var dead: [[String]] = []
    for beat in 0..<6 {
      guard let due = monitor.ping(now: beat * Self.second, isSomebodyJoining: false) else {
        Issue.record("no ping at \(beat)")
        return
      }
      dead.append(due.dead)
      for uuid in due.dead { monitor.remove(uuid) }
      _ = monitor.pong("b", due.ping)
    }
    // The first beat asks; the second, third and fourth find no answer.
    #expect(dead == [[], [], [], ["a"], [], []])
    #expect(monitor.count == 1)
  }

  @Test func lateAnswersCountAndStrayOnesDoNot() {
    var monitor = monitor(misses: 0)
    monitor.add("a")
    let first = ping(&monitor, at: 0) ?? []
    _ = ping(&monitor, at: Self.second)
    let late = monitor.pong("a", first)
    let third = monitor.ping(now: 2 * Self.second, isSomebodyJoining: false)
    #expect(late == .late && third?.dead == [])
    let answers = [
      monitor.pong("a", first), monitor.pong("a", [1, 2]), monitor.pong("a", Array("99".utf8)),
      monitor.pong("a", []), monitor.pong("x", third?.ping ?? []),
    ]
    #expect(answers == [.stray, .stray, .stray, .stray, .new])
  }

  @Test func theEndOfAConnectionIsDeathAfterAMoment() {
    var monitor = monitor()
    monitor.add("a")
    let old = ping(&monitor, at: 0) ?? []
    monitor.connectionEnded("a", now: 100)
    #expect(monitor.nextEvent == 100, "a ping is due at once")
    _ = ping(&monitor, at: 100)
    let answer = monitor.pong("a", old)
    #expect(answer == .late, "that was sent before the end and revives nobody")
    let early = monitor.dead(now: 100 + HeartMonitor.grace - 1)
    let late = monitor.dead(now: 100 + HeartMonitor.grace)
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
    #expect(answer != .stray && dead.isEmpty)
    monitor.connectionEnded("nobody", now: 0)
    #expect(monitor.count == 1)
  }

  @Test func whoStillHasAnotherConnectionHasTwoBeatsToComeBack() {
    var monitor = monitor()
    monitor.add("a")
    _ = ping(&monitor, at: 0)
    monitor.connectionEnded("a", isLast: false, now: 0)
    let early = monitor.dead(now: 2 * Self.second - 1)
    #expect(early.isEmpty && monitor.isWaitedFor("a"))
    // The other one ends too: now nothing is left.
    monitor.connectionEnded("a", now: Self.second)
    let dead = monitor.dead(now: Self.second + HeartMonitor.grace)
    #expect(dead == ["a"])
  }
}
