// Part of Apus, Apache-2.0. See LICENSE.
package import ApusTransport

/// Which job runs on which worker, and which wait, in the order of their arrival; a pure value.
package struct JobQueue: Sendable {
  /// The number of a connection.
  package typealias Client = UInt32

  package struct Waiting: Sendable {
    package let client: Client
    package let job: Session.Job
  }

  package enum WorkerState: Sendable, Equatable {
    case starting
    case idle
    /// The client that waits for the job; nil if it is gone.
    case working(Client?, since: Instant)
    case gone
  }

  private var waiting: ArraySlice<Waiting> = []
  /// How many were taken since the slice was made.
  private var taken = 0
  package private(set) var workers: [WorkerState]

  package init(workers count: Int) {
    workers = Array(repeating: .starting, count: count)
  }

  package var waitingCount: Int { waiting.count }

  package mutating func submit(_ job: Session.Job, from client: Client) {
    waiting.append(Waiting(client: client, job: job))
  }

  /// Forgets the jobs of a client that is gone; one that runs goes on, and nobody gets its result.
  package mutating func clientLeft(_ client: Client) {
    waiting.removeAll { $0.client == client }
    for (worker, state) in workers.enumerated() {
      if case .working(client?, let since) = state { workers[worker] = .working(nil, since: since) }
    }
  }

  /// A worker is ready for jobs.
  package mutating func workerIsReady(_ worker: Int) {
    if workers[worker] == .starting { workers[worker] = .idle }
  }

  /// A worker has answered its job.
  ///
  /// - Returns: the client that waits for the result, and how long the job took.
  package mutating func finished(
    _ worker: Int, restarts: Bool, now: Instant
  ) -> (client: Client?, duration: Duration)? {
    guard case .working(let client, let since) = workers[worker] else { return nil }
    workers[worker] = restarts ? .starting : .idle
    return (client, since.duration(to: now))
  }

  /// A worker has ended and another one is started in its place, or none.
  package mutating func workerEnded(_ worker: Int, isReplaced: Bool) {
    workers[worker] = isReplaced ? .starting : .gone
  }

  /// Gives the next job to a worker that has nothing to do; nil if there is no job or no worker.
  package mutating func next(now: Instant) -> (worker: Int, waiting: Waiting)? {
    guard let first = waiting.first, let worker = workers.firstIndex(of: .idle) else { return nil }
    waiting.removeFirst()
    taken += 1
    // A slice keeps what was taken from it.
    if taken > waiting.count { (waiting, taken) = (ArraySlice(Array(waiting)), 0) }
    workers[worker] = .working(first.client, since: now)
    return (worker, first)
  }
}
