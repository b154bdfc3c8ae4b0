// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire

/// Running tasks end, are retried, or are given up.
extension TaskScheduler {
  /// Handles an engine's reply to a task.
  mutating func replied(
    _ id: TaskID, from engine: EngineID, _ reply: ReplyMetadata, now: Instant
  ) -> Outcome {
    guard let slot = slotOf[engine], let reference = unfinished[id],
      jobs.state(reference) == .running(slot)
    else { return .unknownReply }
    let serial = engines[slot]?.serial ?? 0
    release(reference, from: slot)
    defer {
      serve(slot, now: now)
      resolveDependents(now: now)
    }
    if !reply.areDependenciesMet {
      retry(reference, refusedBy: engine, reason: reply.reason, now: now)
      return .retried
    }
    if reply.status != .ok, let retries = jobs[reference]?.retries, retries > 0 {
      jobs[reference]?.retries = retries - 1
      retry(reference, refusedBy: engine, now: now)
      return .retried
    }
    _ = jobs.remove(reference)
    unfinished[id] = nil
    let state: TaskOutcomes.State = reply.status == .ok ? .completed : .failed
    finished.append((id, .init(state: state, engine: serial)))
    return .finished
  }

  /// Counts one task fewer at an engine.
  mutating func release(_ reference: JobReference, from slot: Int) {
    engines[slot]?.running.remove(reference)
    guard let engine = engines[slot] else { return }
    engines[slot]?.restoredLoad = min(engine.restoredLoad, engine.load)
    updateAvailability(of: slot)
  }

  /// Tries a task again: elsewhere, if an engine has failed it or refused it, which is not asked again.
  ///
  /// - Parameter reason: why it refused the task, if it has said so.
  mutating func retry(
    _ reference: JobReference, refusedBy id: EngineID? = nil, reason: String? = nil, now: Instant
  ) {
    guard let job = jobs[reference] else { return }
    var rules = job.rules
    if let id {
      rules = rules ?? .init(after: .none, follow: .none, targets: [])
      rules?.refusedBy.insert(id)
    }
    jobs[reference]?.rules = rules
    jobs[reference]?.state = .queued
    jobs[reference]?.turn = 0
    if let rules, !rules.targets.isEmpty && rules.refusedBy.isSuperset(of: rules.targets) {
      end(
        reference,
        with: RemoteError(
          "ImpossibleDependency",
          "every engine that the task is for refused it"
            + (reason.map { "; the last one: \($0)" } ?? "")))
      return
    }
    tryToRun(reference, now: now)
  }

  /// Queues a task again that could not be sent to its engine; this does not use up a retry.
  ///
  /// The engine is given nothing until it is heard.
  mutating func couldNotSend(_ id: TaskID, to engine: EngineID, now: Instant) {
    guard let slot = slotOf[engine], let reference = unfinished[id],
      jobs.state(reference) == .running(slot)
    else { return }
    engines[slot]?.isSuspended = true
    release(reference, from: slot)
    jobs[reference]?.state = .queued
    tryToRun(reference, now: now)
    resolveDependents(now: now)
  }

  /// Removes waiting tasks because their client no longer wants them; running ones stay.
  ///
  /// - Returns: what was removed.
  mutating func abort(_ ids: [TaskID], now: Instant) -> [(id: TaskID, payload: Payload)] {
    var aborted: [(id: TaskID, payload: Payload)] = []
    for id in ids {
      guard let reference = unfinished[id], jobs.state(reference)?.isRunning == false,
        let job = jobs.remove(reference)
      else { continue }
      unfinished[id] = nil
      deadlines.cancel(reference)
      finished.append((id, .init(state: .failed, engine: 0)))
      aborted.append((id, job.payload))
    }
    resolveDependents(now: now)
    return aborted
  }

  /// Fails tasks that have waited longer than their timeouts.
  mutating func expire(now: Instant) {
    while let reference = deadlines.popDue(now) {
      guard let job = jobs[reference], !job.state.isRunning, let timeout = job.timeout else {
        continue
      }
      end(
        reference,
        with: RemoteError(
          "TaskTimeout", "the task waited longer than its \(timeout.seconds) seconds"))
    }
    resolveDependents(now: now)
  }
}
