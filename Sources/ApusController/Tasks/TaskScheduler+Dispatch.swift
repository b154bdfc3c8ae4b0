// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire

extension TaskScheduler {
  /// Sends a task that may run to an engine, queues it, or fails it because no engine can ever run it.
  mutating func tryToRun(_ reference: JobReference, now: Instant) {
    guard jobs.contains(reference) else { return }
    let rules = jobs.rules(reference)
    if let slot = choose(for: rules) {
      assign(reference, to: slot)
      return
    }
    if let rules, rules.limitsEngines, let error = impossibility(rules) {
      end(reference, with: error)
      return
    }
    enqueue(reference, now: now)
  }

  mutating func impossibility(_ rules: TaskJob<Payload>.Rules) -> RemoteError? {
    if !rules.follow.isEmpty && isSplit(rules.follow) {
      return RemoteError(
        "ImpossibleDependency", "the tasks to follow ran on different engines")
    }
    if !rules.follow.isEmpty && isUnfollowable(rules.follow) {
      return RemoteError(
        "ImpossibleDependency", "the engine on which the tasks to follow ran is gone")
    }
    guard !rules.targets.isEmpty else { return nil }
    let isHopeless = rules.targets.allSatisfy { id in
      rules.refusedBy.contains(id) || !isHere(id)
    }
    return isHopeless
      ? RemoteError(
        "ImpossibleDependency", "none of the task's target engines can run it") : nil
  }

  func isHere(_ id: EngineID) -> Bool {
    slotOf[id].flatMap { engines[$0] }?.isHere ?? false
  }

  /// The slot of the engine that the scheme chooses for a task, or nil if none may take it now.
  private mutating func choose(for rules: TaskJob<Payload>.Rules?) -> Int? {
    guard let rules, rules.limitsEngines else { return chooseAny() }
    let slots =
      rules.targets.isEmpty ? available.slots : slots(of: rules.targets)
    let eligible = slots.filter { hasRoom($0) && mayRun(rules, on: $0) }
    if eligible.isEmpty { return nil }
    if scheme.isRandom { return draw(from: eligible) }
    return eligible.min { key(of: $0) < key(of: $1) }
  }

  /// The slots of engines, each once and in ascending order, so that replays make the same choices.
  private func slots(of engines: [EngineID]) -> [Int] {
    Set(engines.compactMap { slotOf[$0] }).sorted()
  }

  private mutating func chooseAny() -> Int? {
    if available.isEmpty { return nil }
    return scheme.isRandom ? draw(from: available.slots) : available.first
  }

  private mutating func draw(from slots: [Int]) -> Int {
    func load(_ slot: Int) -> Int { engines[slot]?.load ?? 0 }
    switch scheme {
    case .twobin:
      let (a, b) = (randomIndex(slots.count), randomIndex(slots.count))
      return load(slots[a]) <= load(slots[b]) ? slots[a] : slots[b]
    case .weighted:
      let weights = slots.map { 1 / (1e-6 + Double(load($0))) }
      let (a, b) = (randomIndex(weights), randomIndex(weights))
      return load(slots[a]) <= load(slots[b]) ? slots[a] : slots[b]
    default: return slots[randomIndex(slots.count)]
    }
  }

  private mutating func randomIndex(_ count: Int) -> Int {
    Int.random(in: 0..<count, using: &random)
  }

  private mutating func randomIndex(_ weights: [Double]) -> Int {
    var left = Double.random(in: 0..<1, using: &random) * weights.reduce(0, +)
    for (index, weight) in weights.enumerated() {
      left -= weight
      if left < 0 { return index }
    }
    return weights.count - 1
  }

  /// The key by which engines are ordered; the smallest comes first.
  func key(of slot: Int) -> Int {
    guard let load = engines[slot]?.load, let stamp = engines[slot]?.stamp else { return .max }
    return switch scheme {
    case .leastload, .pure: min(load, 1 << 18) << 44 + (stamp + 1 << 43)
    case .lru: stamp
    case .plainrandom, .twobin, .weighted: 0
    }
  }

  private mutating func assign(_ reference: JobReference, to slot: Int) {
    guard let engine = engines[slot]?.id, let job = jobs.start(reference, on: slot) else { return }
    deadlines.cancel(reference)
    stamps += 1
    engines[slot]?.running.insert(reference)
    engines[slot]?.stamp = stamps
    updateAvailability(of: slot)
    actions.append(.send(job.payload, id: job.id, engine: engine))
  }

  /// Whether the engine in a slot may be given a task now.
  func hasRoom(_ slot: Int) -> Bool { available.contains(slot) || availableSwift.contains(slot) }

  /// Adds an engine to those with room for a task, or removes it from them.
  mutating func updateAvailability(of slot: Int) {
    guard engines[slot]?.isHere == true, engines[slot]?.isSuspended == false,
      let load = engines[slot]?.load, highWaterMark == 0 || load < highWaterMark
    else {
      available.remove(slot)
      availableSwift.remove(slot)
      return
    }
    if engines[slot]?.isSwift == true {
      availableSwift.update(slot, key: key(of: slot))
    } else {
      available.update(slot, key: key(of: slot))
    }
  }

  private mutating func enqueue(_ reference: JobReference, now: Instant) {
    guard let state = jobs.state(reference) else { return }
    let wasQueued = state == .queued && jobs.turn(reference) > 0
    if !wasQueued {
      turns += 1
      jobs[reference]?.turn = turns
    }
    jobs[reference]?.state = .queued
    startWaiting(reference, now: now)
    guard let rules = jobs.rules(reference), rules.limitsEngines else {
      unrestrictedQueue.append(reference)
      return
    }
    let slots =
      rules.targets.isEmpty
      ? engines.indices.filter { engines[$0]?.isHere ?? false }
      : slots(of: rules.targets)
    for slot in slots where mayRun(rules, on: slot) { engines[slot]?.queue.append(reference) }
    parked.append(reference)
    if parked.count > 2 * parkedCount + 1024 {
      parked = parked.filter { isWaiting($0) }
      parkedCount = parked.count
    }
  }

  /// Whether a task's restrictions allow an engine, whether or not it has room now.
  func mayRun(_ rules: TaskJob<Payload>.Rules, on slot: Int) -> Bool {
    guard let engine = engines[slot], !rules.refusedBy.contains(engine.id) else { return false }
    if engine.isSwift && rules.allowed.isEmpty { return false }
    if !rules.allowed.isEmpty && !rules.allowed.contains(engine.id) { return false }
    return isMet(rules.follow, on: engine.serial)
  }

  /// Queues the restricted tasks that an engine which has just joined may run.
  mutating func enqueueParked(to slot: Int) {
    parked = parked.filter { isWaiting($0) }
    parkedCount = parked.count
    for reference in parked {
      if let rules = jobs[reference]?.rules, mayRun(rules, on: slot) {
        engines[slot]?.queue.append(reference)
      }
    }
  }

  /// Sends waiting tasks to an engine with room, those that have waited longest first.
  mutating func serve(_ slot: Int, now: Instant) {
    while hasRoom(slot) {
      guard let reference = nextTask(for: slot) else { return }
      assign(reference, to: slot)
    }
  }

  private func isWaiting(_ reference: JobReference) -> Bool {
    jobs.state(reference) == .queued
  }

  /// Whether an engine may no longer run a task in its queue.
  private func isRefused(_ reference: JobReference, _ slot: Int) -> Bool {
    guard let rules = jobs[reference]?.rules else { return false }
    return !mayRun(rules, on: slot)
  }

  /// Removes and returns the task that has waited longest of those that an engine may run.
  private mutating func nextTask(for slot: Int) -> JobReference? {
    while let first = unrestrictedQueue.first, !isWaiting(first) {
      _ = unrestrictedQueue.popFirst()
    }
    while let first = engines[slot]?.queue.first, !isWaiting(first) || isRefused(first, slot) {
      _ = engines[slot]?.queue.popFirst()
    }
    if engines[slot]?.isSwift == true { return engines[slot]?.queue.popFirst() }
    guard let own = engines[slot]?.queue.first else { return unrestrictedQueue.popFirst() }
    if let general = unrestrictedQueue.first, turn(general) < turn(own) {
      return unrestrictedQueue.popFirst()
    }
    return engines[slot]?.queue.popFirst()
  }

  private func turn(_ reference: JobReference) -> Int { jobs.turn(reference) }
}
