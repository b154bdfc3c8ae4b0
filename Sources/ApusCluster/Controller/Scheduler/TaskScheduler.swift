// Part of Apus, Apache-2.0. See LICENSE.
package import ApusWire

/// Decides which engine gets which task and when: targets, dependencies, retries and timeouts as IPython
/// Parallel's users know them.
///
/// Goals in this order: no task is ever lost or answered twice; the choices of IPython Parallel's scheduler;
/// constant or logarithmic time for each event, however many tasks wait and engines serve. It keeps no more of
/// a finished task than ``TaskLedger`` does.
///
/// A pure value: events go in with their time in nanoseconds, and what is to be done comes out of
/// ``takeActions()``. `Payload` is whatever the driver needs to send or answer a task.
package struct TaskScheduler<Payload> {
  /// What the driver is to do.
  package enum Action {
    /// Send a task to an engine.
    case send(Payload, id: MessageID, engine: String)
    /// Answer a task with an error; it will not run (again).
    case fail(Payload, id: MessageID, RemoteError)
  }

  /// What is to be done with an engine's reply.
  package enum Disposition: Sendable, Hashable {
    /// Pass it on: the task has ended.
    case forward
    /// Drop it: the task is tried elsewhere.
    case retry
    /// Drop it: no task runs there under this name (any more).
    case unknown
  }

  struct Engine {
    let uuid: String
    /// Never used again, so that a place where a task ran stays clear.
    let serial: UInt32
    var load = 0
    /// When it was last given a task; new ones come before all others.
    var stamp: Int
    /// Tasks that may run only here or on a few others, in the order of their turns.
    var queue = Queue<JobReference>()
    /// When its unanswered tasks are given up, after it has left.
    var givesUpAt: Int?
    /// Whether a task could not be sent to it; it gets none until it is heard again.
    var isSuspended = false

    var isHere: Bool { givesUpAt == nil }
  }

  package let scheme: TaskScheme
  /// The most tasks at an engine; 0 for any number.
  package let highWaterMark: Int

  var jobs = JobTable<Payload>()
  var engines: [Engine?] = []
  var freeEngines: [Int] = []
  /// Slots of engines that are here or whose replies may still come.
  var slotOf: [String: Int] = [:]
  var available = EngineHeap()
  var ledger = TaskLedger()
  var runningOrWaiting: [MessageID: JobReference] = [:]
  /// Tasks that wait for each task.
  var dependents: [MessageID: [JobReference]] = [:]
  /// Tasks that any engine may run.
  var anywhere = Queue<JobReference>()
  /// Tasks that not every engine may run and that wait; engines that join later are to have them too.
  var parked: [JobReference] = []
  var deadlines = DeadlineHeap<JobReference>()
  /// When the unanswered tasks of engines that have left are given up.
  var departures = DeadlineHeap<String>()
  var departureTexts: [String: String] = [:]
  var actions: [Action] = []
  /// Tasks that have just ended; those that wait for them have yet to be told.
  var finished: [(MessageID, TaskLedger.Entry)] = []
  /// How many of them waited when they were last looked through.
  var parkedCount = 0
  var turns = 0
  var stamps = 0
  var serials: UInt32 = 0
  var random: any RandomNumberGenerator

  /// - Parameters:
  ///   - random: draws for the schemes that need them.
  package init(
    scheme: TaskScheme = .leastload, highWaterMark: Int = 1, random: any RandomNumberGenerator
  ) {
    self.scheme = scheme
    self.highWaterMark = max(0, highWaterMark)
    self.random = random
  }

  /// What is to be done since the last call, in order.
  package mutating func takeActions() -> [Action] {
    if actions.isEmpty { return [] }
    defer { actions.removeAll(keepingCapacity: true) }
    return actions
  }

  /// The same into an array that is used again and again.
  ///
  /// - Parameter target: must be empty.
  /// - Returns: whether there is anything to be done.
  package mutating func takeActions(into target: inout [Action]) -> Bool {
    if actions.isEmpty { return false }
    swap(&actions, &target)
    return true
  }

  /// Tasks that have not ended.
  package var unfinishedCount: Int { jobs.count }

  /// Whether a task has been submitted here and has not ended.
  package func isUnfinished(_ id: MessageID) -> Bool { runningOrWaiting[id] != nil }

  /// Takes in a task.
  ///
  /// - Returns: false if its name was used before: then it is a repetition, and nothing happens.
  package mutating func submit(
    _ id: MessageID, _ metadata: TaskMetadata, payload: Payload, now: Int
  ) -> Bool {
    guard ledger[id].state == .unknown else { return false }
    ledger[id] = .init(state: .pending, engine: 0)
    var job = TaskJob(
      id: id, payload: payload, place: .queued, retries: max(0, metadata.retries),
      timeout: nanoseconds(metadata.timeout))
    if !metadata.after.isEmpty || !metadata.follow.isEmpty || !metadata.targets.isEmpty {
      job.rules = .init(
        after: metadata.after, follow: metadata.follow, targets: metadata.targets)
    }
    if let error = refusal(of: job) {
      fail(job, error)
      settle(now: now)
      return true
    }
    let reference = jobs.insert(job)
    runningOrWaiting[id] = reference
    if job.rules != nil { noteDependencies(of: reference) }
    place(reference, now: now)
    settle(now: now)
    return true
  }

  private func nanoseconds(_ seconds: Double) -> Int {
    seconds > 0 ? Int(min(seconds, 1e9) * 1e9) : 0
  }

  /// Why a task can never run, at its submission.
  private mutating func refusal(of job: TaskJob<Payload>) -> RemoteError? {
    guard let rules = job.rules else { return nil }
    for dependency in [rules.after, rules.follow] where !dependency.isEmpty {
      for id in dependency.ids where id == job.id || ledger[id].state == .unknown {
        return RemoteError(
          "InvalidDependency",
          id == job.id
            ? "the task depends on itself"
            : "the task depends on '\(id)', which this scheduler does not know")
      }
    }
    return nil
  }

  /// Has the task told when those that it depends on finish.
  private mutating func noteDependencies(of reference: JobReference) {
    guard let rules = jobs[reference]?.rules else { return }
    for id in rules.after.ids.union(rules.follow.ids) where ledger[id].state == .pending {
      dependents[id, default: []].append(reference)
    }
  }

  /// Sends a task, has it wait, or fails it.
  mutating func place(_ reference: JobReference, now: Int) {
    guard jobs.contains(reference) else { return }
    if let rules = jobs.rules(reference) {
      if isUnreachable(rules.after) || isUnreachable(rules.follow) {
        end(reference, with: RemoteError("ImpossibleDependency"))
        return
      }
      if !isMet(rules.after) {
        jobs[reference]?.place = .dependent
        startWaiting(reference, now: now)
        return
      }
    }
    tryToRun(reference, now: now)
  }

  /// Starts a task's timeout, if it has one.
  mutating func startWaiting(_ reference: JobReference, now: Int) {
    let timeout = jobs.timeout(reference)
    if timeout > 0 { deadlines.set(reference, at: now + timeout) }
  }

  /// Ends a task that will not run (again).
  mutating func end(_ reference: JobReference, with error: RemoteError) {
    guard let job = jobs.remove(reference) else { return }
    runningOrWaiting[job.id] = nil
    fail(job, error)
  }

  private mutating func fail(_ job: TaskJob<Payload>, _ error: RemoteError) {
    actions.append(.fail(job.payload, id: job.id, error))
    finished.append((job.id, .init(state: .failed, engine: 0)))
  }

  /// Tells tasks of the ends of those that they wait for, until nothing changes any more.
  mutating func settle(now: Int) {
    while let (id, entry) = finished.popLast() {
      ledger[id] = entry
      guard let waiting = dependents.removeValue(forKey: id) else { continue }
      for reference in waiting {
        guard let job = jobs[reference], !job.place.isRunning,
          job.place == .dependent || job.rules?.follow.isEmpty == false
        else { continue }
        place(reference, now: now)
      }
    }
  }
}

extension TaskJob.Place {
  var isRunning: Bool { if case .running = self { true } else { false } }
}
