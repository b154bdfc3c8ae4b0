// Part of Apus, Apache-2.0. See LICENSE.
import ApusProcess
import ApusTransport

/// Follows the jobs of a cluster's engines: asks for all of them at once when it is time, without waiting for the answer.
final class JobWatch {
  /// A query that takes longer is ended, and counts as failed.
  private static let limit = Duration.seconds(10)

  /// What is known of one job, and when the query began that said so.
  private struct Known {
    var states = JobStates()
    var asked: Instant?
  }

  private let commands: JobCommands
  private var jobs: [JobID: Known] = [:]
  private var query: (run: CommandRun, cluster: String?, started: Instant)?
  private var next = Instant()
  /// The scheduler's clusters, where a site has several; each is asked in turn.
  private var turn = 0

  init(_ commands: JobCommands) { self.commands = commands }

  /// Takes a job in that was submitted now.
  func follow(_ job: JobID, now: Instant) {
    jobs[job] = Known()
    next = now + JobStates.firstPause
  }

  func forget(_ job: JobID) { jobs[job] = nil }

  func states(of job: JobID) -> JobStates { jobs[job]?.states ?? JobStates() }

  /// Whether an element of a job is there no more, by a query that began later than a time; nil if its answers do not name
  /// elements.
  func isGone(_ job: JobID, element: Int, since: Instant) -> Bool? {
    guard let known = jobs[job], let asked = known.asked, asked > since else { return false }
    return known.states.isGone(element: element)
  }

  /// Whether the last good answer says that an element waits in the queue.
  func isPending(_ job: JobID, element: Int) -> Bool {
    jobs[job]?.states.isPending(element: element) ?? false
  }

  /// Asks the scheduler if it is time, and ends a query that takes too long.
  func look(now: Instant) {
    if let query {
      if query.started + Self.limit <= now { query.run.kill() }
      return
    }
    let clusters = Set(jobs.keys.map(\.cluster)).sorted { ($0 ?? "") < ($1 ?? "") }
    guard next <= now, !clusters.isEmpty else { return }
    turn += 1
    let cluster = clusters[turn % clusters.count]
    do {
      query = (try commands.startQuery(cluster: cluster), cluster, now)
    } catch {
      note(cluster, now) { $0.states.failed("\(error)") }
    }
  }

  /// Takes the answer if it is the query that has ended.
  ///
  /// - Returns: false if it is another process.
  func ended(_ pid: Int, _ status: ChildProcess.ExitStatus, now: Instant) -> Bool {
    guard let query, query.run.pid == pid else { return false }
    self.query = nil
    let answer = query.run.answer(status)
    for job in jobs.keys where job.cluster == query.cluster {
      switch commands.read(answer, of: job) {
      case .success(let found):
        jobs[job]?.states.heard(found)
        jobs[job]?.asked = query.started
      case .failure(let problem): jobs[job]?.states.failed(problem.text)
      }
    }
    note(query.cluster, now) { _ in }
    return true
  }

  private func note(_ cluster: String?, _ now: Instant, _ change: (inout Known) -> Void) {
    for job in jobs.keys where job.cluster == cluster { change(&jobs[job, default: Known()]) }
    next = now + (jobs.values.map(\.states.pause).min() ?? JobStates.firstPause)
  }

  /// Makes the next query soon, because something has changed.
  func hurry(now: Instant) { next = min(next, now + JobStates.firstPause) }

  /// Ends a query that is under way.
  func stop() {
    query?.run.discard()
    query = nil
  }
}
