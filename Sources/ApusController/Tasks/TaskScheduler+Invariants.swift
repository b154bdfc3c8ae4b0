// Part of Apus, Apache-2.0. See LICENSE.

/// What is true between any two events; tests check it after each.
extension TaskScheduler {
  /// The invariants that do not hold, in words; empty if all do.
  ///
  /// - Complexity: O(tasks + engines).
  package func violatedInvariants() -> [String] {
    var violations: [String] = []
    func require(_ holds: Bool, _ invariant: @autoclosure () -> String) {
      if !holds { violations.append(invariant()) }
    }
    let references = jobs.references
    require(references.count == jobs.count, "the job table counts its jobs")
    require(unfinished.count == jobs.count, "each unfinished task has one job")
    require(finished.isEmpty, "no outcome waits to be noted")
    var loads = [Int](repeating: 0, count: engines.count)
    for reference in references {
      guard let job = jobs[reference] else { continue }
      require(unfinished[job.id] == reference, "task \(job.id) is found by its identifier")
      require(!hasEnded(job.id), "task \(job.id) has no outcome yet")
      if case .running(let slot) = job.state {
        require(
          engines.indices.contains(slot) && engines[slot] != nil,
          "task \(job.id) runs on an engine that is known")
        require(
          engines.indices.contains(slot) && engines[slot]?.running.contains(reference) ?? false,
          "the engine of task \(job.id) knows it")
        if loads.indices.contains(slot) { loads[slot] += 1 }
      }
      if job.state == .queued, let rules = jobs.rules(reference), rules.limitsEngines {
        require(
          !mayBeServed(rules),
          "task \(job.id) does not wait while an engine that may run it has room")
      }
    }
    violations += violatedEngineInvariants(loads)
    return violations
  }

  /// Whether an engine with room may run a task.
  private func mayBeServed(_ rules: TaskJob<Payload>.Rules) -> Bool {
    if rules.targets.isEmpty {
      for slot in available.slots where mayRun(rules, on: slot) { return true }
      return false
    }
    for target in rules.targets {
      if let slot = slotOf[target], hasRoom(slot), mayRun(rules, on: slot) { return true }
    }
    return false
  }

  private func violatedEngineInvariants(_ loads: [Int]) -> [String] {
    var violations: [String] = []
    for (slot, engine) in engines.enumerated() {
      guard let engine else {
        if self.hasRoom(slot) { violations.append("the empty slot \(slot) gets no tasks") }
        continue
      }
      if slotOf[engine.id] != slot { violations.append("engine \(engine.id) is found by its name") }
      if engine.load != loads[slot] { violations.append("engine \(engine.id) counts its tasks") }
      if highWaterMark > 0 && engine.load > max(highWaterMark, engine.restoredLoad) {
        violations.append("engine \(engine.id) has at most \(highWaterMark) tasks")
      }
      let hasRoom =
        engine.isHere && !engine.isSuspended
        && (highWaterMark == 0 || engine.load < highWaterMark)
      if self.hasRoom(slot) != hasRoom {
        violations.append("engine \(engine.id) is offered tasks if it has room")
      }
      if engine.isSwift && available.contains(slot) {
        violations.append("Swift engine \(engine.id) gets no task that does not name it")
      }
      if hasRoom && !engine.isSwift
        && unrestrictedQueue.first.map({ jobs.state($0) == .queued }) ?? false
      {
        violations.append("no unrestricted task waits while engine \(engine.id) has room")
      }
    }
    if slotOf.count != engines.count(where: { $0 != nil }) {
      violations.append("each engine has one slot")
    }
    return violations
  }
}
