// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import Testing

@testable import ApusLaunchers

/// How many engines are requested and released, as the queue needs.
@Suite struct EngineDemandTests {
  /// A cluster as its controller describes it, looked at once a second.
  private struct Site {
    var demand: EngineDemand
    var now = Instant()
    var engines: [Int: (isBusy: Bool, completed: Int)] = [:]
    var starting = 0
    var waitingJobs = 0
    var report = ControllerReport()
    var next = 0

    init(least: Int = 0, most: Int = 64, backlog: Int = 2, enginesOfJob: Int = 8, idle: Int = 60) {
      demand = EngineDemand(
        DemandLimits(
          least: least, most: most, backlog: backlog, enginesOfJob: enginesOfJob,
          idle: .seconds(idle)))
    }

    mutating func look() -> EngineDemand.Decision {
      now = now + .seconds(1)
      report.engines = engines.sorted { $0.key < $1.key }.map {
        .init(
          number: $0.key, process: 100 + $0.key, isBusy: $0.value.isBusy,
          completed: $0.value.completed)
      }
      return demand.look(
        report, starting: starting, waitingJobs: waitingJobs, now: now, isOwn: { _ in true })
    }

    mutating func join(_ count: Int, busy: Bool) {
      for _ in 0..<count {
        engines[next] = (busy, 0)
        next += 1
      }
    }
  }

  @Test func withoutTasksNothingIsRequested() {
    var site = Site()
    for _ in 0..<100 { #expect(site.look() == EngineDemand.Decision()) }
  }

  @Test func theFirstTaskGetsAJobAtOnceAndAJobIsNoTask() {
    var site = Site()
    site.report.waiting = 1
    #expect(site.look().request == 1)
    site = Site()
    site.report.waiting = 10_000
    #expect(site.look().request == 8)
  }

  @Test func enginesThatWaitInTheQueueAreWithdrawnWhenNothingHasNeededThemForTheIdleTime() {
    var site = Site(idle: 10)
    site.report.waiting = 3
    #expect(site.look().request == 3)
    (site.starting, site.waitingJobs) = (3, 1)
    for _ in 0..<20 { #expect(site.look() == EngineDemand.Decision()) }
    site.report.waiting = 0
    for _ in 0..<10 { #expect(site.look() == EngineDemand.Decision()) }
    #expect(site.look().withdraw == 3)
    // One that is needed stays, and demand that comes back keeps all.
    site.report.least = 1
    #expect(site.look().withdraw == 2)
    site.report.waiting = 3
    #expect(site.look().withdraw == 0)
    (site.report.waiting, site.report.least) = (0, nil)
    for _ in 0..<10 { #expect(site.look().withdraw == 0) }
    #expect(site.look().withdraw == 3)
  }

  @Test func ofIdleAndWaitingEnginesOnlyTheSurplusIsWithdrawn() {
    var site = Site(idle: 10)
    site.join(2, busy: true)
    site.starting = 2
    for _ in 0..<10 { #expect(site.look().withdraw == 0) }
    #expect(site.look().withdraw == 2)
    site.report.wanted = 3
    #expect(site.look().withdraw == 1)
  }

  @Test func enginesThatAreOnTheirWayCount() {
    var site = Site()
    site.report.waiting = 8
    #expect(site.look().request == 8)
    (site.starting, site.waitingJobs) = (8, 1)
    for _ in 0..<100 { #expect(site.look().request == 0) }
  }

  @Test func noMoreJobsWaitThanTheBacklog() {
    var site = Site(backlog: 2)
    site.report.maps = [.init(waiting: 1000, duration: .seconds(600))]
    #expect(site.look().request == 8)
    (site.starting, site.waitingJobs) = (8, 1)
    #expect(site.look().request == 8)
    (site.starting, site.waitingJobs) = (16, 2)
    for _ in 0..<100 { #expect(site.look().request == 0) }
    // One of them has begun.
    (site.starting, site.waitingJobs) = (8, 1)
    site.join(8, busy: true)
    #expect(site.look().request == 8)
  }

  @Test func neverMoreThanTheMost() {
    var site = Site(most: 20, backlog: 9)
    site.report.maps = [.init(waiting: 1000, duration: .seconds(600))]
    var sum = 0
    for _ in 0..<100 {
      let count = site.look().request
      sum += count
      site.join(count, busy: true)
    }
    #expect(sum == 20)
  }

  @Test func shortTasksAskForFewEnginesAndLongOnesForOneEach() {
    var site = Site()
    site.report.maps = [.init(waiting: 10_000, duration: .milliseconds(1))]
    #expect(site.look().request == 1)
    site = Site()
    site.report.maps = [.init(waiting: 90, duration: .seconds(1))]
    #expect(site.look().request == 3)
    site = Site()
    site.report.maps = [.init(waiting: 5, duration: .seconds(3600))]
    #expect(site.look().request == 5)
  }

  @Test func enginesWithLongTasksAreNotFreeForThoseThatWait() {
    var site = Site()
    site.join(8, busy: true)
    site.report.maps = [.init(waiting: 8, duration: .seconds(3600))]
    _ = site.look()
    #expect(site.look().request == 8)
  }

  @Test func enginesOfAnEarlierControllerAreOnTheirWay() {
    var site = Site()
    site.report.waiting = 8
    // As the launcher counts them.
    site.starting = 8
    for _ in 0..<20 { #expect(site.look().request == 0) }
  }

  @Test func whatSomebodyHasSaidTakesThePlaceOfTheLeastNumber() {
    var site = Site(least: 4, idle: 5)
    site.join(4, busy: false)
    site.report.least = 0
    var released = 0
    for _ in 0..<10 { released = max(released, site.look().release.count) }
    #expect(released == 4)
  }

  @Test func theLengthOfTasksIsLearnedFromEngines() {
    var site = Site(enginesOfJob: 1)
    site.report.waiting = 50_000
    #expect(site.look().request == 1)
    site.join(1, busy: true)
    // A thousand tasks a second: what waits is done in less than two minutes by two engines.
    var requested = 0
    for _ in 0..<20 {
      site.engines[0]?.completed += 1000
      site.report.waiting -= 1000
      let count = site.look().request
      site.join(count, busy: false)
      requested += count
    }
    #expect(requested <= 2)
  }

  @Test func tasksOfUnknownLengthAskEveryFiveSeconds() {
    var site = Site(backlog: 100, enginesOfJob: 1)
    site.report.waiting = 1000
    var requests: [Int] = []
    for second in 0..<16 {
      let count = site.look().request
      if count > 0 { requests.append(second) }
      site.join(count, busy: true)
    }
    #expect(requests == [0, 5, 10, 15])
  }

  @Test func aQueueThatIsGoneASecondLaterNeedsNoFurtherJob() {
    var site = Site()
    site.join(1, busy: true)
    site.report.maps = [.init(waiting: 100, duration: .seconds(10))]
    #expect(site.look().request == 0)
    site.report.maps = []
    #expect(site.look().request == 0)
    site.report.maps = [.init(waiting: 100, duration: .seconds(10))]
    #expect(site.look().request == 0)
    #expect(site.look().request == 8)
  }

  @Test func idleEnginesAreReleasedAfterAWhileTheNewestFirst() {
    var site = Site(least: 1, idle: 10)
    site.join(4, busy: false)
    var released: [Int] = []
    for _ in 0..<11 { released += Array(site.look().release.keys) }
    #expect(released == [])
    #expect(Set(site.look().release.keys) == [1, 2, 3])
  }

  @Test func anEngineThatHasWorkedMeanwhileStays() {
    var site = Site(idle: 10)
    site.join(1, busy: false)
    for _ in 0..<8 { _ = site.look() }
    site.engines[0]?.completed += 1
    for _ in 0..<11 { #expect(site.look().release.isEmpty) }
    #expect(site.look().release == [0: 1])
  }

  @Test func enginesThatAreWantedStayAndAreRequested() {
    var site = Site(idle: 5)
    site.report.least = 3
    #expect(site.look().request == 3)
    site.join(3, busy: false)
    for _ in 0..<100 { #expect(site.look() == EngineDemand.Decision()) }
    site.report.least = 0
    #expect(site.look().release.count == 3)
    site = Site(most: 4)
    site.report.wanted = 100
    #expect(site.look().request == 4)
  }

  @Test func aBusyEngineIsNeverReleased() {
    var site = Site(idle: 1)
    site.join(3, busy: true)
    for _ in 0..<100 { #expect(site.look().release.isEmpty) }
  }
}
