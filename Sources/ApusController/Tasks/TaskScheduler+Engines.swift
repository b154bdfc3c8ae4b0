// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire

/// Engines come, go and come back.
extension TaskScheduler {
  /// Adds an engine, or takes it back with the tasks that it still has; it can be given tasks from now on.
  mutating func engineJoined(_ id: EngineID, now: Instant) {
    let slot = slotOf[id] ?? addEngine(id)
    engines[slot]?.isHere = true
    resume(slot, now: now)
    resolveDependents(now: now)
  }

  private mutating func addEngine(_ id: EngineID) -> Int {
    serials += 1
    stamps += 1
    let engine = Engine(id: id, isSwift: id.isSwift, serial: serials, stamp: -stamps)
    let slot = freeEngines.popLast() ?? engines.count
    if slot == engines.count { engines.append(engine) } else { engines[slot] = engine }
    slotOf[id] = slot
    return slot
  }

  /// Gives tasks again to an engine that could not be reached and has now been heard.
  mutating func engineHeard(_ id: EngineID, now: Instant) {
    guard let slot = slotOf[id], engines[slot]?.isSuspended == true else { return }
    resume(slot, now: now)
  }

  private mutating func resume(_ slot: Int, now: Instant) {
    engines[slot]?.isSuspended = false
    updateAvailability(of: slot)
    enqueueParked(to: slot)
    serve(slot, now: now)
  }

  /// Gives no more tasks to an engine that has left; its replies are accepted until `engineGone`.
  mutating func engineLeft(_ id: EngineID, now: Instant) {
    guard let slot = slotOf[id], engines[slot]?.isHere == true else { return }
    engines[slot]?.isHere = false
    updateAvailability(of: slot)
    failTargeted(by: slot)
    resolveDependents(now: now)
  }

  /// Fails waiting tasks whose only engines have left.
  private mutating func failTargeted(by slot: Int) {
    while let reference = engines[slot]?.queue.popFirst() {
      guard jobs.state(reference) == .queued, let rules = jobs[reference]?.rules else { continue }
      if let error = impossibility(rules) { end(reference, with: error) }
    }
  }

  /// Retries elsewhere, or fails, the tasks of an engine that will not reply any more.
  ///
  /// - Parameter reason: what is known of its end, for the errors: "Engine 3 (…) was killed by signal 9".
  mutating func engineGone(_ id: EngineID, reason: String, now: Instant) {
    engineLeft(id, now: now)
    guard let slot = slotOf.removeValue(forKey: id) else { return }
    for reference in running(at: slot) {
      lose(reference, with: id, reason: reason, now: now)
    }
    engines[slot] = nil
    freeEngines.append(slot)
    resolveDependents(now: now)
  }

  /// Retries a task elsewhere, or fails it, because its engine has died with it.
  mutating func lose(
    _ reference: JobReference, with engine: EngineID, reason: String, now: Instant
  ) {
    guard let job = jobs[reference] else { return }
    if job.retries > 0 {
      jobs[reference]?.retries = job.retries - 1
      // An engine that was lost has refused nothing: it may come back, and be the only one.
      retry(reference, now: now)
    } else {
      end(
        reference, with: RemoteError("EngineError", "\(reason) while running task '\(job.id)'"),
        at: engine)
    }
  }
}
