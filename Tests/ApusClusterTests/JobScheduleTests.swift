// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import Testing

@testable import ApusCluster

/// Which job runs where, and how nodes are named.
@Suite struct JobScheduleTests {
  private func schedule(_ capacities: [Int], jobs: Int = 10, isNode: Bool = false) -> JobSchedule {
    var schedule = JobSchedule(
      places: capacities.enumerated().map { .init(name: "\($0)", capacity: $1, isNode: isNode) })
    for job in 0..<jobs { schedule.submit(job, of: 0) }
    return schedule
  }

  private func begun(_ schedule: inout JobSchedule) -> [[Int]] {
    var places = schedule.places.map { _ in [Int]() }
    while let (job, place) = schedule.next() { places[place].append(job) }
    return places
  }

  @Test func jobsFillPlacesByTheirPartInWork() {
    var schedule = schedule([2, 4, 0])
    #expect(begun(&schedule) == [[0, 3], [1, 2, 4, 5], []])
    #expect(schedule.next() == nil && schedule.count == 10)
    schedule.finished(4, after: .seconds(2))
    #expect(begun(&schedule) == [[], [6], []])
    #expect(schedule.places.map(\.finished) == [0, 1, 0])
    #expect(schedule.places.map(\.time) == [.zero, .seconds(2), .zero])
  }

  @Test func lostJobsGoFirstInTheirOrder() {
    var schedule = schedule([0, 4])
    #expect(begun(&schedule) == [[], [0, 1, 2, 3]])
    schedule.setCapacity(of: 1, 0)
    for job in [2, 0, 3, 1] { schedule.lost(job) }
    schedule.lost(7)
    #expect(schedule.isStranded && schedule.next() == nil && schedule.places[1].busy == 0)
    schedule.setCapacity(of: 0, 6)
    #expect(begun(&schedule) == [[0, 1, 2, 3, 4, 5], []])
    schedule.setCapacity(of: 0, 0)
    schedule.lost(4)
    let left = schedule.takeWaiting()
    #expect(left == [4, 6, 7, 8, 9] && schedule.count == 5)
  }

  @Test func aJobEndsOnce() {
    var schedule = schedule([1])
    _ = schedule.next()
    schedule.finished(0, after: .seconds(1))
    schedule.finished(0, after: .seconds(1))
    schedule.lost(0)
    #expect(schedule.places[0].busy == 0 && schedule.places[0].finished == 1)
    #expect(begun(&schedule) == [[1]])
  }

  @Test func aNodeRunsJobsOfOneFunctionAtATime() {
    var schedule = schedule([2, 2], jobs: 1, isNode: true)
    for (job, function) in [(1, 1), (2, 2), (3, 0), (4, 1)] { schedule.submit(job, of: function) }
    #expect(begun(&schedule) == [[0, 3], [1, 4]])
    schedule.finished(0, after: .zero)
    let none = schedule.next()
    #expect(none == nil, "the other job of its function still runs")
    schedule.finished(3, after: .zero)
    #expect(begun(&schedule) == [[2], []])
  }

  @Test func aFunctionThatANodeDoesNotHaveRunsElsewhere() {
    var schedule = schedule([2, 2], isNode: true)
    let mayRun = schedule.refuse(0, at: 0)
    #expect(mayRun)
    #expect(begun(&schedule) == [[], [0, 1]])
    let isLeft = schedule.refuse(0, at: 1)
    let waiting = schedule.takeWaiting(of: 0)
    #expect(!isLeft && waiting == Array(2..<10), "no place is left")
    schedule.setCapacity(of: 0, 0)
    schedule.setCapacity(of: 0, 2)
    schedule.submit(10, of: 0)
    #expect(begun(&schedule) == [[10], []], "what is back may be another program")
  }

  @Test func nodesAreNamedByHostAndPort() throws {
    #expect(try NodeAddress("beren").description == "beren:61000")
    #expect(try NodeAddress("10.0.0.1:7000").ports == Array(7000...7013))
    for text in ["", ":7000", "beren:", "beren:0", "beren:65530", "beren:x", "a:1:2"] {
      #expect(throws: ClusterError.self, "\(text)") { try NodeAddress(text) }
    }
  }

  /// Made with Python's `hashlib.pbkdf2_hmac` and pyzmq.
  @Test func keysFollowFromTheSecret() throws {
    let keys = try NodeKeys(secret: "mysecretphrase")
    #expect(keys.signing == "961bd38224fef992f536a9d8bfd07f6bdfbb1283aa48d4244748b36a8ae3d399")
    #expect(keys.curve.secretKey == "e/*j7>L):>>fnVRJ1$mXJV&F6y+}8$*&-kWe+Fmn")
    #expect(keys.curve.publicKey == "2@pH/AMAqdAWJ?qK3KorG2**>2GMQK6}IJF&K%4Z")
    #expect(throws: ClusterError.self) { try NodeKeys(secret: "short") }
  }

  @Test func theTableIsThatOfParallelPython() {
    let table = JobServerStatistics.table(
      [
        .init(name: "local", jobs: 30, time: .milliseconds(1500)),
        .init(name: "idle", jobs: 0, time: .zero),
        .init(name: "beren:61000", jobs: 90, time: .seconds(120)),
      ], elapsed: .milliseconds(12_345), active: 2, workers: 6)
    #expect(
      table == """
        Job execution statistics:
         job count | % of all jobs | job time sum | time per job | job server
                30 |         25.00 |       1.5000 |     0.050000 | local
                90 |         75.00 |     120.0000 |     1.333333 | beren:61000
        Time elapsed since server creation 12.345
        2 active tasks, 6 cores
        """)
  }
}
