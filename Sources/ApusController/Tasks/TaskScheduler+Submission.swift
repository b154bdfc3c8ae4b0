// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire

/// Tasks come in, wait for others, and end.
extension TaskScheduler {
  /// Takes in a task.
  ///
  /// - Returns: false if its identifier was used before; then nothing happens.
  mutating func submit(
    _ id: TaskID, _ metadata: TaskMetadata, _ payload: Payload, past: Past? = nil, now: Instant
  ) -> Bool {
    guard outcomes[id].state == .unknown, unfinished[id] == nil else { return false }
    outcomes[id] = .init(state: .pending, engine: 0)
    var job = TaskJob(
      id: id, payload: payload, state: .queued, retries: max(0, metadata.retries),
      timeout: metadata.timeout > 0 ? .seconds(min(metadata.timeout, 1e9)) : nil)
    if !metadata.after.isEmpty || !metadata.follow.isEmpty || !metadata.targets.isEmpty {
      job.rules = .init(
        after: metadata.after, follow: metadata.follow, targets: metadata.targets)
    }
    if let past { takeOver(past, &job) }
    if let error = refusal(of: job) {
      fail(job, error)
      resolveDependents(now: now)
      return true
    }
    let reference = jobs.insert(job)
    unfinished[id] = reference
    if job.rules != nil { noteDependencies(of: reference) }
    if let engine = past?.engine {
      resume(reference, at: engine, now: now)
    } else {
      dispatch(reference, now: now)
    }
    resolveDependents(now: now)
    return true
  }

  /// Why a task can never run, found at its submission.
  private func refusal(of job: TaskJob<Payload>) -> RemoteError? {
    guard let rules = job.rules else { return nil }
    for dependency in [rules.after, rules.follow] where !dependency.isEmpty {
      if dependency.ids.contains(job.id) {
        return RemoteError("InvalidDependency", "the task depends on itself")
      }
      let unknown = dependency.ids.filter {
        outcomes[$0].state == .unknown && unfinished[$0] == nil
      }
      if let first = unknown.map(\.text).min() {
        return RemoteError(
          "InvalidDependency",
          "the task depends on '\(first)', which this scheduler does not know")
      }
    }
    return nil
  }

  /// Registers a task with the unfinished tasks that it depends on.
  private mutating func noteDependencies(of reference: JobReference) {
    guard let rules = jobs[reference]?.rules else { return }
    for id in rules.after.ids.union(rules.follow.ids) where unfinished[id] != nil {
      dependents[id, default: []].append(reference)
    }
  }

  /// Sends a task, lets it wait, or fails it.
  ///
  /// - Parameter ended: the task whose end is the occasion; nil the first time.
  mutating func dispatch(_ reference: JobReference, since ended: TaskID? = nil, now: Instant) {
    guard jobs.contains(reference) else { return }
    if let rules = jobs.rules(reference) {
      if isUnreachable(rules.after, since: ended) || isUnreachable(rules.follow, since: ended) {
        end(reference, with: RemoteError("ImpossibleDependency"))
        return
      }
      if !isMet(rules.after) {
        jobs[reference]?.state = .dependent
        startWaiting(reference, now: now)
        return
      }
    }
    tryToRun(reference, now: now)
  }

  /// Starts a task's timeout, if it has one.
  mutating func startWaiting(_ reference: JobReference, now: Instant) {
    if let timeout = jobs.timeout(reference) { deadlines.set(reference, at: now + timeout) }
  }

  /// Ends a task that will not run any more.
  ///
  /// - Parameter engine: the engine that died with it.
  mutating func end(
    _ reference: JobReference, with error: RemoteError, at engine: EngineID? = nil
  ) {
    guard let job = jobs.remove(reference) else { return }
    unfinished[job.id] = nil
    fail(job, error, at: engine)
  }

  /// Fails those of these tasks that no engine has.
  mutating func withdraw(_ ids: [TaskID], _ error: RemoteError, now: Instant) {
    for id in ids {
      guard let reference = unfinished[id], jobs[reference]?.state.isRunning == false else {
        continue
      }
      end(reference, with: error)
    }
    resolveDependents(now: now)
  }

  private mutating func fail(
    _ job: TaskJob<Payload>, _ error: RemoteError, at engine: EngineID? = nil
  ) {
    actions.append(.fail(job.payload, id: job.id, error, engine: engine))
    finished.append((job.id, .init(state: .failed, engine: 0)))
  }

  /// Lets dependent tasks react to the outcomes that they waited for, until nothing changes any more.
  mutating func resolveDependents(now: Instant) {
    while let (id, entry) = finished.popLast() {
      outcomes[id] = entry
      guard let waiting = dependents.removeValue(forKey: id) else { continue }
      for reference in waiting {
        guard let job = jobs[reference], !job.state.isRunning,
          job.state == .dependent || job.rules?.follow.isEmpty == false
        else { continue }
        dispatch(reference, since: id, now: now)
      }
    }
  }
}
