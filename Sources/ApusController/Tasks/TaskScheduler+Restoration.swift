// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
package import ApusWire

/// Tasks of an earlier controller.
extension TaskScheduler {
  /// What is known of a task that an earlier controller had.
  package struct Past {
    /// The engine that had it last; nil if it was waiting.
    package var engine: EngineID?
    /// What is left to it; nil if it was never begun twice.
    package var attempts: JournalEntry.Attempts?

    package init(engine: EngineID? = nil, attempts: JournalEntry.Attempts? = nil) {
      (self.engine, self.attempts) = (engine, attempts)
    }
  }

  /// Goes on with a task at the engine that has it; one whose engine is not here any more was lost with it.
  mutating func resume(_ reference: JobReference, at engine: EngineID, now: Instant) {
    guard let slot = slotOf[engine] else {
      lose(reference, with: engine, reason: "engine \(engine) left with the controller", now: now)
      return
    }
    jobs[reference]?.state = .running(slot)
    stamps += 1
    engines[slot]?.running.insert(reference)
    engines[slot]?.restoredLoad += 1
    engines[slot]?.stamp = stamps
    updateAvailability(of: slot)
  }

  /// Takes over how a task has ended.
  mutating func restore(outcome id: TaskID, hasCompleted: Bool, at engine: EngineID?) {
    guard outcomes[id].state == .unknown, unfinished[id] == nil else { return }
    var serial: UInt32 = 0
    if let engine {
      // A serial number that no engine has stands for an engine that is gone.
      if let slot = slotOf[engine], let engine = engines[slot] {
        serial = engine.serial
      } else {
        serials += 1
        serial = serials
      }
    }
    outcomes[id] = .init(state: hasCompleted ? .completed : .failed, engine: serial)
  }

  /// Queues a task again that its engine never got; this does not use up a retry.
  mutating func wasNotDelivered(_ id: TaskID, to engine: EngineID, now: Instant) {
    guard let slot = slotOf[engine], let reference = unfinished[id],
      jobs.state(reference) == .running(slot)
    else { return }
    release(reference, from: slot)
    jobs[reference]?.state = .queued
    tryToRun(reference, now: now)
    serve(slot, now: now)
    resolveDependents(now: now)
  }

  /// What is left to a task that waits after it was begun; nil if it has ended.
  package func attempts(of id: TaskID) -> JournalEntry.Attempts? {
    guard let reference = unfinished[id], let job = jobs[reference] else { return nil }
    let engines = (job.rules?.refusedBy ?? []).sorted { $0.uuid < $1.uuid }
    return .init(retries: job.retries, refusedBy: engines)
  }

  /// The tasks whose outcomes unfinished tasks still wait for or must follow.
  package var neededOutcomes: Set<TaskID> {
    var needed: Set<TaskID> = []
    for reference in dependents.values.joined() + parked {
      guard let rules = jobs.rules(reference) else { continue }
      needed.formUnion(rules.after.ids)
      needed.formUnion(rules.follow.ids)
    }
    return needed
  }

  /// Takes over what is left to a task of an earlier controller.
  func takeOver(_ past: Past, _ job: inout TaskJob<Payload>) {
    if let rules = job.rules {
      let wasBegun = past.engine != nil
      if rules.after.all || wasBegun { job.rules?.after = withoutForgotten(rules.after) }
      if wasBegun { job.rules?.follow = withoutForgotten(rules.follow) }
    }
    guard let attempts = past.attempts else { return }
    job.retries = attempts.retries
    guard !attempts.refusedBy.isEmpty else { return }
    if job.rules == nil { job.rules = .init(after: .none, follow: .none, targets: []) }
    job.rules?.refusedBy = Set(attempts.refusedBy)
  }

  /// A dependency that had been fulfilled as far as outcomes are forgotten, because those that are still needed are kept.
  private func withoutForgotten(_ dependency: Dependency) -> Dependency {
    let known = dependency.ids.filter { outcomes[$0].state != .unknown || unfinished[$0] != nil }
    if known.count == dependency.ids.count { return dependency }
    var left = dependency
    left.ids = dependency.all ? known : []
    return left
  }
}
