// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import Testing

@testable import ApusJobServer

/// Which job runs on which worker.
@Suite struct JobQueueTests {
  private func job(_ name: String) -> Session.Job {
    Session.Job(package: FunctionPackage(Array(name.utf8)), arguments: [])
  }

  private func name(_ next: (worker: Int, waiting: JobQueue.Waiting)?) -> String? {
    next.map { "\(String(decoding: $0.waiting.job.package.bytes, as: UTF8.self)) at \($0.worker)" }
  }

  @Test func jobsRunInTheOrderOfTheirArrivalOnWorkersThatAreReady() {
    var queue = JobQueue(workers: 2)
    for (client, name) in [(1, "a"), (2, "b"), (1, "c")] as [(UInt32, String)] {
      queue.submit(job(name), from: client)
    }
    #expect(queue.next(now: Instant()) == nil && queue.waitingCount == 3)
    queue.workerIsReady(1)
    #expect(name(queue.next(now: Instant())) == "a at 1")
    queue.workerIsReady(0)
    #expect(name(queue.next(now: Instant())) == "b at 0")
    let end = queue.finished(1, restarts: false, now: Instant() + .seconds(2))
    #expect(end?.client == 1 && end?.duration == .seconds(2))
    #expect(name(queue.next(now: Instant())) == "c at 1")
    #expect(queue.finished(1, restarts: true, now: Instant())?.client == 1)
    queue.submit(job("d"), from: 3)
    #expect(queue.next(now: Instant()) == nil, "its worker is being started")
    queue.workerIsReady(1)
    #expect(name(queue.next(now: Instant())) == "d at 1")
  }

  @Test func aClientThatLeavesTakesItsWaitingJobsAlong() {
    var queue = JobQueue(workers: 1)
    queue.workerIsReady(0)
    for (client, name) in [(1, "a"), (1, "b"), (2, "c")] as [(UInt32, String)] {
      queue.submit(job(name), from: client)
    }
    _ = queue.next(now: Instant())
    queue.clientLeft(1)
    #expect(queue.waitingCount == 1)
    let end = queue.finished(0, restarts: false, now: Instant())
    #expect(end != nil && end?.client == nil, "nobody gets the result")
    #expect(name(queue.next(now: Instant())) == "c at 0")
  }
}
