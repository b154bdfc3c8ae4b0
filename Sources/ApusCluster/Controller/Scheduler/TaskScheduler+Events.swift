// Part of Apus, Apache-2.0. See LICENSE.
package import ApusWire

extension TaskScheduler {
  /// An engine can be given tasks from here on.
  ///
  /// - Parameter isBack: whether it is the same process as before, which still has what it was given; a new one
  ///   of the same name knows of nothing, and what the old one had is given up.
  package mutating func engineArrived(_ uuid: String, isBack: Bool = false, now: Int) {
    if let slot = slotOf[uuid] {
      if isBack || engines[slot]?.isHere == true {
        engines[slot]?.givesUpAt = nil
        departures.cancel(uuid)
        resume(slot, now: now)
        return
      }
      departures.cancel(uuid)
      giveUp(uuid, now: now)
    }
    serials += 1
    stamps += 1
    let engine = Engine(uuid: uuid, serial: serials, stamp: -stamps)
    let slot = freeEngines.popLast() ?? engines.count
    if slot == engines.count { engines.append(engine) } else { engines[slot] = engine }
    slotOf[uuid] = slot
    resume(slot, now: now)
    settle(now: now)
  }

  /// Gives an engine tasks that are for it.
  private mutating func resume(_ slot: Int, now: Int) {
    engines[slot]?.isSuspended = false
    mendAvailability(of: slot)
    offerParked(to: slot)
    serve(slot, now: now)
  }

  /// An engine that could not be reached has been heard: it is tried again.
  package mutating func engineHeard(_ uuid: String, now: Int) {
    guard let slot = slotOf[uuid], engines[slot]?.isSuspended == true else { return }
    resume(slot, now: now)
  }

  /// An engine is gone: it is given no more tasks, and those that it has not answered are given up after a
  /// while, in which replies may still be on their way.
  package mutating func engineLeft(_ uuid: String, now: Int, patience: Int) {
    guard let slot = slotOf[uuid], engines[slot]?.isHere == true else { return }
    engines[slot]?.givesUpAt = now + patience
    available.remove(slot)
    departures.set(uuid, at: now + patience)
    failTargeted(by: slot)
    settle(now: now)
  }

  /// Fails tasks that were only for engines that are gone.
  private mutating func failTargeted(by slot: Int) {
    while let reference = engines[slot]?.queue.popFirst() {
      guard jobs.place(reference) == .queued, let rules = jobs[reference]?.rules else { continue }
      if let error = impossibility(rules) { end(reference, with: error) }
    }
  }

  /// Whether a task has ended and is remembered.
  ///
  /// It changes nothing; but what only reads would be given a copy of all when a class holds the scheduler.
  package mutating func hasEnded(_ id: MessageID) -> Bool {
    let state = ledger[id].state
    return state == .completed || state == .failed
  }

  /// The name of the engine on which a task runs.
  package func engine(of id: MessageID) -> String? {
    guard let reference = runningOrWaiting[id], case .running(let slot)? = jobs.place(reference)
    else { return nil }
    return engines[slot]?.uuid
  }

  /// The tasks that an engine has not answered.
  package func tasks(at uuid: String) -> [MessageID] {
    guard let slot = slotOf[uuid] else { return [] }
    return jobs.references.compactMap { reference in
      guard let job = jobs[reference], job.place == .running(slot) else { return nil }
      return job.id
    }
  }

  /// An engine has answered a task.
  package mutating func replied(
    _ id: MessageID, from uuid: String, _ reply: ReplyMetadata, now: Int
  ) -> Disposition {
    guard let slot = slotOf[uuid], let reference = runningOrWaiting[id],
      jobs.place(reference) == .running(slot)
    else { return .unknown }
    let serial = engines[slot]?.serial ?? 0
    release(slot)
    defer {
      serve(slot, now: now)
      settle(now: now)
    }
    if !reply.areDependenciesMet {
      retry(reference, refusedBy: uuid, now: now)
      return .retry
    }
    if reply.status != .ok, let retries = jobs[reference]?.retries, retries > 0 {
      jobs[reference]?.retries = retries - 1
      retry(reference, refusedBy: uuid, now: now)
      return .retry
    }
    _ = jobs.remove(reference)
    runningOrWaiting[id] = nil
    let state: TaskLedger.State = reply.status == .ok ? .completed : .failed
    finished.append((id, .init(state: state, engine: serial)))
    return .forward
  }

  /// One task less at an engine.
  private mutating func release(_ slot: Int) {
    guard let load = engines[slot]?.load else { return }
    engines[slot]?.load = max(0, load - 1)
    mendAvailability(of: slot)
  }

  /// Tries a task elsewhere; the engine that failed it is not asked again.
  private mutating func retry(_ reference: JobReference, refusedBy uuid: String, now: Int) {
    guard let job = jobs[reference] else { return }
    var rules = job.rules ?? .init(after: .none, follow: .none, targets: [])
    rules.refusedBy.insert(uuid)
    jobs[reference]?.rules = rules
    jobs[reference]?.place = .queued
    jobs[reference]?.turn = 0
    if !rules.targets.isEmpty && rules.refusedBy.isSuperset(of: rules.targets) {
      end(
        reference,
        with: RemoteError("ImpossibleDependency", "every engine that the task is for refused it"))
      return
    }
    tryToRun(reference, now: now)
  }

  /// An engine could not be reached with a task, which waits for its turn again; no retry is spent.
  ///
  /// The engine gets nothing until ``engineHeard(_:now:)``.
  package mutating func couldNotSend(_ id: MessageID, to uuid: String, now: Int) {
    guard let slot = slotOf[uuid], let reference = runningOrWaiting[id],
      jobs.place(reference) == .running(slot)
    else { return }
    engines[slot]?.isSuspended = true
    release(slot)
    jobs[reference]?.place = .queued
    tryToRun(reference, now: now)
    settle(now: now)
  }

  /// Takes tasks that wait out of the queue, because their client wants them no more.
  ///
  /// - Returns: what was taken out; running ones stay.
  package mutating func abort(_ ids: [MessageID], now: Int) -> [(MessageID, Payload)] {
    var aborted: [(MessageID, Payload)] = []
    for id in ids {
      guard let reference = runningOrWaiting[id], jobs.place(reference)?.isRunning == false,
        let job = jobs.remove(reference)
      else { continue }
      runningOrWaiting[id] = nil
      deadlines.cancel(reference)
      finished.append((id, .init(state: .failed, engine: 0)))
      aborted.append((id, job.payload))
    }
    settle(now: now)
    return aborted
  }

  /// When something falls due next.
  package mutating func nextDeadline() -> Int? {
    [deadlines.next(), departures.next()].compactMap { $0 }.min()
  }

  /// Does what is due: tasks that have waited too long, engines whose replies will not come.
  package mutating func expire(now: Int) {
    while let reference = deadlines.popDue(now) {
      guard let job = jobs[reference], !job.place.isRunning else { continue }
      end(
        reference,
        with: RemoteError(
          "TaskTimeout", "the task waited longer than its \(Double(job.timeout) / 1e9) seconds"))
    }
    while let uuid = departures.popDue(now) { giveUp(uuid, now: now) }
    settle(now: now)
  }

  /// What is known of an engine that is gone, for the errors of its tasks.
  package mutating func describeDeparture(_ uuid: String, _ text: String) {
    if slotOf[uuid] != nil { departureTexts[uuid] = text }
  }

  private mutating func giveUp(_ uuid: String, now: Int) {
    guard let slot = slotOf[uuid], let engine = engines[slot], !engine.isHere else { return }
    let text = departureTexts.removeValue(forKey: uuid) ?? "the engine \(uuid) is gone"
    slotOf[uuid] = nil
    for reference in jobs.references where jobs.place(reference) == .running(slot) {
      guard let job = jobs[reference] else { continue }
      if job.retries > 0 {
        jobs[reference]?.retries = job.retries - 1
        retry(reference, refusedBy: uuid, now: now)
      } else {
        end(
          reference, with: RemoteError("EngineError", "\(text) while running task '\(job.id)'"))
      }
    }
    engines[slot] = nil
    freeEngines.append(slot)
  }
}
