// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import Foundation
import TestSupport
import Testing

@testable import ApusLaunchers

/// Which engines of a start are here, and which can still come.
@Suite struct EngineRosterTests {
  @Test func enginesAreKnownByTheirProcesses() {
    var roster = EngineRoster([2, 1])
    roster.heard(.started(0, process: 10, host: "a"), group: 0)
    roster.heard(.started(1, process: 11, host: "a"), group: 0)
    roster.heard(count: 1, processes: [11])
    #expect(roster.joined == 1 && roster.possible == 3 && !roster.isSettled)
    #expect(roster.missing(of: 0).map(\.number) == [0] && roster.missing(of: 1).count == 1)
    roster.heard(.ended(0, status: 127), group: 0)
    #expect(roster.possible == 2)
    roster.ended(group: 1)
    #expect(roster.possible == 1 && roster.isSettled)
  }

  @Test func ofEnginesWhoseProcessesAreUnknownTheNumberCounts() {
    var roster = EngineRoster([3])
    roster.heard(count: 2, processes: [500, 501])
    #expect(roster.joined == 2 && roster.possible == 3)
    roster.heard(count: 5, processes: [])
    #expect(roster.joined == 3 && roster.missing(of: 0).isEmpty)
  }

  @Test func processesOfSeveralHostsMayHaveTheSameNumber() {
    var roster = EngineRoster([1, 1, 1])
    for (group, host) in ["a", "b", "c"].enumerated() {
      roster.heard(.started(0, process: 30, host: host), group: group)
    }
    roster.heard(count: 2, processes: [30, 30])
    #expect(roster.joined == 2)
    roster.heard(count: 3, processes: [30, 30, 30])
    #expect(roster.joined == 3)
  }

  @Test func aGroupThatIsStartedAgainMayJoin() {
    var roster = EngineRoster([1])
    roster.started(0, process: 7)
    roster.ended(group: 0)
    #expect(roster.possible == 0)
    roster.started(0, process: 8)
    roster.heard(count: 1, processes: [8])
    #expect(roster.possible == 1 && roster.joined == 1)
  }

  @Test func enginesWhoseJobsHaveEndedAreReplaced() {
    var roster = EngineRoster([4])
    let start = Instant()
    for number in 0..<3 {
      roster.heard(.started(number, process: 10 + number, host: "a"), group: 0)
    }
    roster.heard(count: 3, processes: [10, 11, 12])
    #expect(roster.lost(now: start) { _, _ in true }.isEmpty)
    #expect(roster.isAwaiting(isGone: { _ in nil }))
    // One was killed with its host, one has said how it ended, and one waits in the queue still.
    roster.heard(count: 1, processes: [10])
    roster.heard(.ended(1, status: 143), group: 0)
    #expect(roster.lost(now: start + .seconds(1)) { _, _ in false }.isEmpty)
    #expect(roster.lost(now: start + .seconds(2)) { _, _ in nil } == [1])
    let lost = roster.lost(now: start + .seconds(3)) { _, since in since == start + .seconds(1) }
    #expect(lost == [1, 2])
    let lines = lost.map { roster.slots[$0].line }
    roster.forget(lost)
    roster.add(lines, group: 1)
    #expect(roster.slots.map(\.group) == [0, 0, 1, 1] && roster.slots.map(\.line) == [0, 3, 1, 2])
    roster.heard(.started(1, process: 11, host: "b"), group: 1)
    roster.heard(count: 2, processes: [10, 11])
    #expect(roster.joined == 2 && !roster.isEmpty(0) && !roster.isEmpty(1))
  }

  @Test func ofProcessesWithTheSameNumberTheSchedulerKnowsWhichIsGone() {
    var roster = EngineRoster([3])
    for (number, host) in ["a", "b", "c"].enumerated() {
      roster.heard(.started(number, process: 36, host: host), group: 0)
    }
    roster.heard(count: 3, processes: [36, 36, 36])
    #expect(roster.lost(now: Instant()) { _, _ in true }.isEmpty)
    roster.heard(count: 2, processes: [36, 36])
    #expect(roster.lost(now: Instant()) { slot, _ in slot.number == 1 } == [1])
    roster.heard(.ended(0, status: 75), group: 0)
    roster.heard(count: 2, processes: [36, 36])
    #expect(roster.lost(now: Instant()) { _, _ in nil } == [0])
    #expect(roster.joined == 2)
  }

  @Test func anEngineMayStillComeAsLongAsTheSchedulerHasItsJob() {
    var roster = EngineRoster([2])
    roster.heard(count: 0, processes: [])
    #expect(roster.isAwaiting(isGone: { _ in false }) && !roster.isAwaiting(isGone: { _ in true }))
    // Preempted: one is back in the queue, of the other nothing is known but its end.
    roster.heard(.started(0, process: 10, host: "a"), group: 0)
    roster.heard(.started(1, process: 11, host: "a"), group: 0)
    roster.heard(count: 2, processes: [10, 11])
    #expect(!roster.isAwaiting(isGone: { _ in false }))
    #expect(!roster.hasNews(of: 0) && !roster.isMissing(0))
    roster.heard(.ended(0, status: 143), group: 0)
    roster.heard(count: 0, processes: [])
    #expect(roster.isMissing(0))
    #expect(roster.isAwaiting(isGone: { $0.number == 0 ? false : true }))
    #expect(!roster.isAwaiting(isGone: { $0.number == 0 ? nil : true }))
  }

  @Test func enginesThatOthersStartedDoNotHideALoss() {
    var roster = EngineRoster([2])
    roster.heard(.started(0, process: 10, host: "a"), group: 0)
    roster.heard(.started(1, process: 11, host: "a"), group: 0)
    roster.heard(count: 3, processes: [10, 11, 77])
    #expect(!roster.isMissing(0))
    roster.heard(count: 2, processes: [10, 77])
    #expect(roster.joined == 2 && roster.isMissing(0) && roster.hasNews(of: 0))
    #expect(roster.lost(now: Instant()) { _, _ in true } == [1])
  }

  @Test func aSchedulerThatRefusesIsAskedLessAndLessOften() {
    var pause = SubmissionPause()
    var now = Instant()
    for seconds in [2, 4, 8, 16, 32, 64, 128, 256, 300, 300] {
      #expect(pause.isDue(now: now))
      pause.tried(false, now: now)
      now = now + .seconds(seconds)
      #expect(!pause.isDue(now: now + .milliseconds(-1)))
    }
    pause.tried(true, now: now)
    #expect(pause.isDue(now: now))
  }

  @Test func aHostThatBootsIsTriedForAsLongAsItTakes() throws {
    var policy = RestartPolicy()
    var now = Instant()
    policy.started(0, now: now)
    now = now + .seconds(600)
    for seconds in [1, 2, 4, 8, 16, 30, 30, 30, 30] {
      policy.lostHost(0, now: now)
      #expect(policy.next == now + .seconds(seconds))
      now = try #require(policy.next)
      #expect(policy.takeDue(now: now) == [0])
      policy.started(0, now: now)
    }
    // Its programs may not be there yet; once it has run, it counts as any other.
    #expect(policy.isOnReturningHost(0, now: now + .seconds(1)))
    #expect(!policy.isOnReturningHost(0, now: now + .seconds(31)))
    #expect(policy.died(0, now: now + .seconds(31)) == .zero)
    #expect(!policy.isOnReturningHost(0, now: now + .seconds(32)))
  }

  @Test func enginesThatWereToldToEndAreNotReplaced() {
    var roster = EngineRoster([2])
    roster.heard(.started(0, process: 10, host: "a"), group: 0)
    roster.heard(.ended(0, status: 0), group: 0)
    #expect(roster.lost(now: Instant()) { _, _ in true }.isEmpty)
    roster.forgetReleased()
    #expect(roster.slots.map(\.number) == [1])
  }

  @Test func aJobThatComesBackUnderItsNumberIsTheSameEngine() {
    var roster = EngineRoster([1])
    roster.heard(.started(0, process: 10, host: "a"), group: 0)
    roster.heard(.ended(0, status: 143), group: 0)
    roster.heard(.started(0, process: 77, host: "b"), group: 0)
    roster.heard(count: 1, processes: [77])
    #expect(roster.joined == 1 && roster.lost(now: Instant()) { _, _ in true }.isEmpty)
  }

  @Test func aLogThatBeginsAnewIsReadFromItsStart() throws {
    let path = try Project.temporaryFolder().appendingPathComponent("a.log").path
    let mark = EngineMark("apus-1f")
    var reader = LogReader()
    try Data("apus-1f 0 10 arwen\nengine joined\n".utf8).write(to: URL(fileURLWithPath: path))
    #expect(reader.news(in: path, mark) == [.started(0, process: 10, host: "arwen")])
    #expect(reader.news(in: path, mark).isEmpty)
    try Data("apus-1f 0 ended 75\n".utf8).write(to: URL(fileURLWithPath: path))
    #expect(reader.news(in: path, mark) == [.ended(0, status: 75)])
  }

  @Test func marksAreReadAmongNoiseOnly() {
    let mark = EngineMark("apus-1f")
    #expect(mark.read("apus-1f 3 4711 arwen") == .started(3, process: 4711, host: "arwen"))
    #expect(mark.read("apus-1f 3 ended 127") == .ended(3, status: 127))
    for line in ["apus-2f 3 4711 arwen", "apus-1f 3 x arwen", "apus-1f 3 4711", "welcome", ""] {
      #expect(mark.read(Substring(line)) == nil)
    }
  }

  @Test(arguments: [
    ("a", "a"), ("/opt/x-1.2/bin", "/opt/x-1.2/bin"), ("a b", "'a b'"), ("it's", "'it'\\''s'"),
    ("", "''"), ("$(x)", "'$(x)'"), ("*", "'*'"),
  ])
  func wordsAreQuotedForTheShell(word: String, quoted: String) {
    #expect(EngineMark.quoted(word) == quoted)
  }

  @Test func hostsAreParsed() throws {
    #expect(
      try HostSlots.parse("smeagol:2,me@radagast")
        == [HostSlots("smeagol", engines: 2), HostSlots("me@radagast", engines: 1)])
    #expect(
      HostSlots.spread(try HostSlots.parse("a,b,c"), over: 4)
        == [HostSlots("a", engines: 2), HostSlots("b", engines: 1), HostSlots("c", engines: 1)])
    #expect(HostSlots.spread(try HostSlots.parse("a,b"), over: 1) == [HostSlots("a", engines: 1)])
  }

  @Test(arguments: ["", "a,,b", "a:0", "a:x", "a:1:2", "-oProxyCommand=x", "a,a", " "])
  func badListsOfHostsAreRefused(text: String) {
    #expect(throws: HostSlots.Problem.self) { try HostSlots.parse(text) }
  }
}
