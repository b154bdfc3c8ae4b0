// Part of Apus, Apache-2.0. See LICENSE.
import ApusLaunchers
import ApusTransport
import Testing

/// How long a cluster without engines goes on, and which engines are started again.
@Suite struct ClusterWatchTests {
  private let start = Instant(nanoseconds: 1_000_000_000)

  @Test func aClusterWithEnginesGoesOn() {
    var watch = ClusterWatch(limit: .seconds(60))
    watch.heard(engines: 2, now: start)
    #expect(!watch.isEmpty && watch.end == nil && !watch.isOver)
  }

  @Test func aClusterWithoutEnginesEndsAfterItsLimitAndAnEngineSavesIt() {
    var watch = ClusterWatch(limit: .seconds(60))
    watch.heard(engines: 0, now: start)
    watch.heard(engines: 0, now: start + .seconds(59))
    #expect(watch.isEmpty && watch.end == start + .seconds(60) && !watch.isOver)
    watch.heard(engines: 1, now: start + .seconds(60))
    #expect(!watch.isOver, "an engine has joined while the controller was silent")
    watch.heard(engines: 0, now: start + .seconds(100))
    #expect(watch.end == start + .seconds(160) && !watch.isOver)
    watch.heard(engines: 0, now: start + .seconds(160))
    #expect(watch.isOver)
  }

  @Test func aClusterThatWaitsForEnginesNeverEnds() {
    var watch = ClusterWatch(limit: nil)
    watch.heard(engines: 0, now: start)
    watch.heard(engines: 0, now: start + .seconds(1e8))
    #expect(watch.isEmpty && watch.end == nil && !watch.isOver)
  }

  @Test func anEngineThatHasWorkedIsStartedAgainAtOnce() {
    var policy = RestartPolicy()
    policy.started(3, now: start)
    let died = start + RestartPolicy.shortRun
    #expect(policy.died(3, now: died) == .zero && policy.next == died)
    #expect(policy.takeDue(now: died) == [3] && policy.next == nil)
  }

  @Test func anEngineThatKeepsDyingIsStartedLaterAndLaterAndThenGivenUp() {
    var policy = RestartPolicy()
    var now = start
    var delays: [Duration?] = []
    for _ in 0...RestartPolicy.maximumFailures {
      policy.started(0, now: now)
      now = now + .seconds(1)
      let delay = policy.died(0, now: now)
      delays.append(delay)
      if let delay {
        #expect(policy.takeDue(now: now + (delay - .nanoseconds(1))).isEmpty)
        now = now + delay
        #expect(policy.takeDue(now: now) == [0])
      }
    }
    #expect(delays == [.seconds(1), .seconds(2), .seconds(4), .seconds(8), .seconds(16), nil])
    #expect(policy.next == nil)
  }

  @Test func aLongRunForgivesEarlierFailures() {
    var policy = RestartPolicy()
    policy.started(0, now: start)
    #expect(policy.died(0, now: start + .seconds(1)) == .seconds(1))
    policy.started(0, now: start + .seconds(2))
    #expect(policy.died(0, now: start + .seconds(100)) == .zero)
    policy.started(0, now: start + .seconds(100))
    #expect(policy.died(0, now: start + .seconds(101)) == .seconds(1))
  }
}
