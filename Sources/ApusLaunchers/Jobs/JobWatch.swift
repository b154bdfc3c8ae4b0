// Part of Apus, Apache-2.0. See LICENSE.
import ApusProcess
import ApusTransport

/// Follows the job of a cluster's engines: asks for it when it is time, without waiting for the answer.
final class JobWatch {
  /// A query that takes longer is ended, and counts as failed.
  private static let limit = Duration.seconds(10)

  let job: JobID
  private(set) var states = JobStates()
  private let commands: JobCommands
  private var query: (run: CommandRun, started: Instant)?
  private var next: Instant

  init(_ job: JobID, _ commands: JobCommands, now: Instant) {
    (self.job, self.commands) = (job, commands)
    next = now + JobStates.firstPause
  }

  /// Asks the scheduler if it is time, and ends a query that takes too long.
  func turn(now: Instant) {
    if let query {
      if query.started + Self.limit <= now { query.run.kill() }
    } else if next <= now {
      do {
        query = (try commands.startQuery(cluster: job.cluster), now)
      } catch {
        states.failed("\(error)")
        next = now + states.pause
      }
    }
  }

  /// Takes the answer if it is the query that has ended.
  ///
  /// - Returns: false if it is another process.
  func ended(_ pid: Int, _ status: ChildProcess.ExitStatus, now: Instant) -> Bool {
    guard let query, query.run.pid == pid else { return false }
    self.query = nil
    switch commands.read(query.run.answer(status), of: job) {
    case .success(let found): states.heard(found)
    case .failure(let problem): states.failed(problem.text)
    }
    next = now + states.pause
    return true
  }

  /// Ends a query that is under way.
  func stop() {
    query?.run.discard()
    query = nil
  }
}
