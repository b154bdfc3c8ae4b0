// Part of Apus, Apache-2.0. See LICENSE.
import ApusProcess
import ApusTransport

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Submits, lists and ends jobs by the commands of their scheduler, each with a limit of time.
package final class JobCommands {
  /// How long a command may take before it is ended.
  private static let limit = Duration.seconds(30)

  private let system: BatchSystem
  private let environment: [String: String]
  /// Where the answers of commands are kept while they run.
  private let folder: String
  private var count = 0

  package init(_ system: BatchSystem, environment: [String: String], folder: String) {
    (self.system, self.environment, self.folder) = (system, environment, folder)
  }

  private func start(
    _ words: [String], environment: [String: String]? = nil, input: String? = nil
  ) throws(ProcessError) -> CommandRun {
    count += 1
    return try CommandRun(
      words, environment: environment ?? self.environment, input: input, folder: folder,
      number: count)
  }

  /// Submits a job again that may have been taken though its command failed.
  ///
  /// - Throws: as ``submit(_:_:)``; also if the scheduler does not say whether it has the job.
  func resubmit(_ group: EngineGroup, _ notice: (String) -> Void) throws -> JobID {
    switch find(group.jobName) {
    case .job(let id): return id
    case .absent: return try submit(group, notice)
    case .unknown(let text): throw LaunchError(.enginesMissing, text)
    }
  }

  /// Submits a job.
  ///
  /// - Parameter notice: gets what the command has written beside the number.
  /// - Throws: ``LaunchError`` `.enginesMissing` with everything that the command has written.
  package func submit(_ group: EngineGroup, _ notice: (String) -> Void) throws -> JobID {
    var words = group.command
    var answer = try run(words, group)
    // Some sites wrap the command by one that knows few options.
    if answer.status != .exited(0), let place = words.firstIndex(of: "--parsable"),
      answer.text.contains("parsable")
    {
      words.remove(at: place)
      answer = try run(words, group)
    }
    let name = words.joined(separator: " ")
    guard answer.status == .exited(0) else {
      // A busy scheduler may have taken a job though it did not say so in time.
      if let id = find(group.jobName).job {
        notice("\(name) \(answer.status), but the job is there:\n\(indented(answer.text))")
        return id
      }
      throw LaunchError(.enginesMissing, "\(name) \(answer.status):\n\(indented(answer.text))")
    }
    if let id = JobID(submitOutput: answer.output) {
      let beside = answer.text.split(separator: "\n")
        .filter { JobID(submitOutput: String($0)) != id }
      if !beside.isEmpty { notice("\(name) says: \(beside.joined(separator: "\n"))") }
      return id
    }
    // It may have been submitted nevertheless.
    if let id = find(group.jobName).job {
      notice("\(name) printed no number; the job was found by its name:\n\(indented(answer.text))")
      return id
    }
    throw LaunchError(
      .enginesMissing,
      "\(name) printed no number of a job, and none has the name \(group.jobName). It wrote:\n"
        + indented(answer.text.isEmpty ? "(nothing)" : answer.text))
  }

  private func run(_ words: [String], _ group: EngineGroup) throws -> CommandRun.Answer {
    guard system.takesFile, let script = group.input else {
      return try start(words, environment: group.environment, input: group.input).wait(Self.limit)
    }
    let path = "\(folder)/apus-command-\(LocalHost.processID)-\(group.jobName).sh"
    try Profile.write(Array(script.utf8), to: path, mode: 0o700)
    defer { if !system.keepsFile { try? FileManager.default.removeItem(atPath: path) } }
    return try start(words + [path], environment: group.environment).wait(Self.limit)
  }

  /// What a scheduler says of a name.
  enum Found {
    case job(JobID)
    /// It has none, or cannot be asked for names.
    case absent
    /// It has not answered.
    case unknown(String)

    var job: JobID? { if case .job(let id) = self { id } else { nil } }
  }

  /// The job or step with this name.
  func find(_ name: String) -> Found {
    var silence: String?
    for words in system.findCommands(name: name) {
      // Without the command there is no scheduler here that could have taken the job.
      guard let run = try? start(words) else { continue }
      let answer = run.wait(Self.limit)
      if let id = system.found(answer.output) { return .job(id) }
      let isAnswer = answer.status == .exited(0) || system.isEmpty(answer.text)
      if !isAnswer { silence = "the scheduler does not say whether it has one: \(answer.text)" }
    }
    return silence.map { .unknown($0) } ?? .absent
  }

  /// The most elements that an array may have; nil if the scheduler does not say so.
  package func mostElements() -> Int? {
    guard let words = system.limitCommand, let run = try? start(words) else { return nil }
    return system.mostElements(run.wait(Self.limit).output)
  }

  /// Starts a query for all jobs of this user.
  func startQuery(cluster: String?) throws(ProcessError) -> CommandRun {
    try start(system.queryCommand(user: UserName.current, cluster: cluster))
  }

  /// What a query that has ended says of a job; an error's text if it says nothing.
  func read(_ answer: CommandRun.Answer, of job: JobID) -> Result<[JobState], QueryProblem> {
    if system.isEmpty(answer.text) { return .success([]) }
    guard answer.status == .exited(0), answer.errors.isEmpty || !answer.output.isEmpty else {
      return .failure(QueryProblem(text: answer.text.isEmpty ? "\(answer.status)" : answer.text))
    }
    guard let states = system.states(answer.output, of: job) else {
      return .failure(QueryProblem(text: "its answer is cut: \(answer.output)"))
    }
    return .success(states)
  }

  /// What the scheduler says of jobs now, for people: "8 running"; it is asked once.
  ///
  /// - Parameter cluster: the scheduler's cluster that has them.
  package func summaries(of jobs: [JobID], cluster: String?) -> [JobID: String] {
    guard let answer = try? startQuery(cluster: cluster).wait(.seconds(10)) else {
      return Dictionary(jobs.map { ($0, "its scheduler is not here") }) { first, _ in first }
    }
    return Dictionary(jobs.map { ($0, summary(answer, of: $0)) }) { first, _ in first }
  }

  private func summary(_ answer: CommandRun.Answer, of job: JobID) -> String {
    var states = JobStates()
    switch read(answer, of: job) {
    case .success(let found): states.heard(found)
    case .failure(let problem): return "the scheduler does not answer: \(problem.text)"
    }
    return states.summary.isEmpty ? Self.goneText : states.summary.joined(separator: ", ")
  }

  /// What is said of a job that its scheduler does not have any more.
  package static let goneText = "not in the queue any more"

  /// The number of the job with a name; nil if there is none, or the scheduler does not say.
  package func job(named name: String) -> JobID? { find(name).job }

  /// Why a query has said nothing.
  struct QueryProblem: Error { let text: String }

  /// Ends jobs, and waits until the scheduler does not have them any more.
  ///
  /// - Parameters:
  ///   - cluster: the scheduler's cluster that has them.
  ///   - limit: how long to wait for all of them.
  /// - Returns: what the scheduler says of those that have not ended.
  package func cancel(
    _ jobs: [JobID], cluster: String?, within limit: Duration
  ) -> [JobID: String] {
    if jobs.isEmpty { return [:] }
    let run = try? start(system.cancelCommand(jobs, cluster: cluster))
    let said = run?.wait(Self.limit).text ?? "it does not answer"
    var left = Dictionary(jobs.map { ($0, said) }) { first, _ in first }
    let clock = MonotonicClock()
    let deadline = clock.now + limit
    var pause = Duration.milliseconds(250)
    while !left.isEmpty, clock.now < deadline {
      if let answer = try? startQuery(cluster: cluster).wait(.seconds(10)) {
        for job in left.keys {
          switch read(answer, of: job) {
          case .success(let states) where states.allSatisfy({ $0.phase == .ended }):
            left[job] = nil
          case .success(let states):
            left[job] = states.map { "\($0.id) \($0.word)" }.joined(separator: ", ")
          case .failure(let problem): left[job] = problem.text
          }
        }
      }
      if left.isEmpty { break }
      _ = Poller().wait(milliseconds: pause.milliseconds)
      pause = min(pause * 2, .seconds(1))
    }
    return left
  }

  /// Whether ``withdraw(_:)`` can work.
  var canWithdraw: Bool { system.withdraw != nil }

  /// Takes the elements of an array that have not begun out of the queue.
  ///
  /// - Returns: false if the scheduler cannot tell the ones from the others, or has refused.
  func withdraw(_ job: JobID) -> Bool {
    guard let words = system.withdrawCommand(job),
      let run = try? start(words)
    else { return false }
    return run.wait(Self.limit).status == .exited(0)
  }

  /// Ends a step, and waits until nothing of its name is there.
  ///
  /// - Returns: nil if it has ended; otherwise what the scheduler says.
  func cancelStep(_ step: JobID, name: String, within limit: Duration) -> String? {
    let clock = MonotonicClock()
    let deadline = clock.now + limit
    let said =
      (try? start(system.cancelCommand([step], cluster: step.cluster)))?.wait(Self.limit).text ?? ""
    var pause = Duration.milliseconds(100)
    while true {
      if case .absent = find(name) { return nil }
      guard clock.now < deadline else { return said.isEmpty ? "it does not end" : said }
      _ = Poller().wait(milliseconds: pause.milliseconds)
      pause = min(pause * 2, .seconds(1))
    }
  }

  private func indented(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).map { "    " + $0 }.joined(separator: "\n")
  }
}
