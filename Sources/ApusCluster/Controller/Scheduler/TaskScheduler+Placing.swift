// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire

extension TaskScheduler {
  /// Sends a task whose time has come to an engine, or queues it, or finds that no engine will ever do.
  mutating func tryToRun(_ reference: JobReference, now: Int) {
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
        "ImpossibleDependency", "the tasks to follow have run on different engines")
    }
    if !rules.follow.isEmpty && isStranded(rules.follow) {
      return RemoteError(
        "ImpossibleDependency", "the engine on which the tasks to follow have run is gone")
    }
    guard !rules.targets.isEmpty else { return nil }
    let isHopeless = rules.targets.allSatisfy { uuid in
      rules.refusedBy.contains(uuid) || !isHere(uuid)
    }
    return isHopeless
      ? RemoteError(
        "ImpossibleDependency", "none of the engines that the task is for can run it") : nil
  }

  func isHere(_ uuid: String) -> Bool {
    slotOf[uuid].flatMap { engines[$0] }?.isHere ?? false
  }

  /// The engine for a task by the scheme, or nil if none may take it now.
  private mutating func choose(for rules: TaskJob<Payload>.Rules?) -> Int? {
    guard let rules, rules.limitsEngines else { return chooseAny() }
    let slots =
      rules.targets.isEmpty ? available.slots : Set(rules.targets).compactMap { slotOf[$0] }
    let eligible = slots.filter { available.contains($0) && mayRun(rules, on: $0) }
    if eligible.isEmpty { return nil }
    if scheme.isRandom { return draw(from: eligible) }
    return eligible.min { key(of: $0) < key(of: $1) }
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

  /// Orders engines: the smallest comes first.
  func key(of slot: Int) -> Int {
    guard let load = engines[slot]?.load, let stamp = engines[slot]?.stamp else { return .max }
    return switch scheme {
    case .leastload, .pure: min(load, 1 << 18) << 44 + (stamp + 1 << 43)
    case .lru: stamp
    case .plainrandom, .twobin, .weighted: 0
    }
  }

  private mutating func assign(_ reference: JobReference, to slot: Int) {
    guard let uuid = engines[slot]?.uuid, let job = jobs.start(reference, on: slot) else { return }
    deadlines.cancel(reference)
    stamps += 1
    engines[slot]?.load += 1
    engines[slot]?.stamp = stamps
    mendAvailability(of: slot)
    actions.append(.send(job.payload, id: job.id, engine: uuid))
  }

  /// Puts an engine among those that have room, or takes it out.
  mutating func mendAvailability(of slot: Int) {
    guard engines[slot]?.isHere == true, engines[slot]?.isSuspended == false,
      let load = engines[slot]?.load, highWaterMark == 0 || load < highWaterMark
    else {
      available.remove(slot)
      return
    }
    available.update(slot, key: key(of: slot))
  }

  private mutating func enqueue(_ reference: JobReference, now: Int) {
    guard let place = jobs.place(reference) else { return }
    let wasQueued = place == .queued && jobs.turn(reference) > 0
    if !wasQueued {
      turns += 1
      jobs[reference]?.turn = turns
    }
    jobs[reference]?.place = .queued
    startWaiting(reference, now: now)
    guard let rules = jobs.rules(reference), rules.limitsEngines else {
      anywhere.append(reference)
      return
    }
    let slots =
      rules.targets.isEmpty
      ? engines.indices.filter { engines[$0]?.isHere ?? false }
      : Set(rules.targets).compactMap { slotOf[$0] }
    for slot in slots where mayRun(rules, on: slot) { engines[slot]?.queue.append(reference) }
    parked.append(reference)
    if parked.count > 2 * parkedCount + 1024 {
      parked = parked.filter { isWaiting($0) }
      parkedCount = parked.count
    }
  }

  /// Whether an engine may run a task, now or when it has room.
  private func mayRun(_ rules: TaskJob<Payload>.Rules, on slot: Int) -> Bool {
    guard let engine = engines[slot], !rules.refusedBy.contains(engine.uuid) else { return false }
    if !rules.targets.isEmpty && !rules.targets.contains(engine.uuid) { return false }
    return isMet(rules.follow, on: engine.serial)
  }

  /// Lets an engine that has just joined have the tasks that wait for somebody like it.
  mutating func offerParked(to slot: Int) {
    parked = parked.filter { isWaiting($0) }
    parkedCount = parked.count
    for reference in parked {
      if let rules = jobs[reference]?.rules, mayRun(rules, on: slot) {
        engines[slot]?.queue.append(reference)
      }
    }
  }

  /// Gives an engine that has room its next tasks, the ones that have waited longest first.
  mutating func serve(_ slot: Int, now: Int) {
    while available.contains(slot) {
      guard let reference = nextTask(for: slot) else { return }
      assign(reference, to: slot)
    }
  }

  private func isWaiting(_ reference: JobReference) -> Bool {
    jobs.place(reference) == .queued
  }

  /// Whether a task that waits in an engine's queue is not for it any more.
  private func isRefused(_ reference: JobReference, _ slot: Int) -> Bool {
    guard let rules = jobs[reference]?.rules else { return false }
    return !mayRun(rules, on: slot)
  }

  /// The task with the earliest turn that an engine may run, taken out of its queue.
  private mutating func nextTask(for slot: Int) -> JobReference? {
    while let first = anywhere.first, !isWaiting(first) { _ = anywhere.popFirst() }
    while let first = engines[slot]?.queue.first, !isWaiting(first) || isRefused(first, slot) {
      _ = engines[slot]?.queue.popFirst()
    }
    guard let own = engines[slot]?.queue.first else { return anywhere.popFirst() }
    if let general = anywhere.first, turn(general) < turn(own) { return anywhere.popFirst() }
    return engines[slot]?.queue.popFirst()
  }

  private func turn(_ reference: JobReference) -> Int { jobs.turn(reference) }
}
