// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire

/// One task from its submission to its end.
struct TaskJob<Payload> {
  /// How far it has come.
  enum State: Hashable {
    /// Waits for other tasks to finish.
    case dependent
    /// Waits for an engine.
    case queued
    /// Runs on the engine in a slot.
    case running(Int)
  }

  let id: TaskID
  let payload: Payload
  var state: State
  /// Its position in the order of tasks that wait for an engine; 0 before it waits.
  var turn = 0
  /// What restricts where and when it runs; nil for most.
  var rules: Rules?
  var retries: Int
  /// How long it may wait; nil for any time.
  var timeout: Duration?

  struct Rules {
    var after: Dependency
    var follow: Dependency
    let targets: [EngineID]
    /// The same as a set; empty if any engine will do.
    let allowed: Set<EngineID>
    /// Engines that refused it or on which it failed.
    var refusedBy: Set<EngineID> = []

    init(after: Dependency, follow: Dependency, targets: [EngineID]) {
      self.after = after
      self.follow = follow
      self.targets = targets
      allowed = Set(targets)
    }

    var limitsEngines: Bool { !follow.isEmpty || !targets.isEmpty || !refusedBy.isEmpty }
  }

  var limitsEngines: Bool { rules?.limitsEngines ?? false }
}

/// A generational index into the table of jobs: it stays invalid after its job is gone, even when the slot is reused.
struct JobReference: Sendable, Hashable {
  let slot: Int
  let generation: Int
}

/// Jobs in reusable slots.
struct JobTable<Payload> {
  private var jobs: [TaskJob<Payload>?] = []
  private var generations: [Int] = []
  private var free: [Int] = []
  private(set) var count = 0

  /// The generation of the newest job; no two jobs share one.
  private var generation = 0

  mutating func insert(_ job: TaskJob<Payload>) -> JobReference {
    count += 1
    generation += 1
    if let slot = free.popLast() {
      jobs[slot] = job
      generations[slot] = generation
      return JobReference(slot: slot, generation: generation)
    }
    jobs.append(job)
    generations.append(generation)
    return JobReference(slot: jobs.count - 1, generation: generation)
  }

  mutating func remove(_ reference: JobReference) -> TaskJob<Payload>? {
    guard contains(reference) else { return nil }
    let job = jobs[reference.slot]
    jobs[reference.slot] = nil
    free.append(reference.slot)
    count -= 1
    if count == 0 && jobs.count > 4096 {
      // Returns the memory of a past peak; old references stay invalid because generations only grow.
      (jobs, generations, free) = ([], [], [])
    }
    return job
  }

  func contains(_ reference: JobReference) -> Bool {
    reference.slot < jobs.count && generations[reference.slot] == reference.generation
      && jobs[reference.slot] != nil
  }

  subscript(_ reference: JobReference) -> TaskJob<Payload>? {
    get { contains(reference) ? jobs[reference.slot] : nil }
    _modify {
      precondition(contains(reference), "slot \(reference.slot) holds another job now")
      yield &jobs[reference.slot]
    }
  }

  /// The state of a job, read without copying the job.
  func state(_ reference: JobReference) -> TaskJob<Payload>.State? {
    contains(reference) ? jobs[reference.slot]?.state : nil
  }

  /// The position of a job in the order of waiting tasks, read without copying the job.
  func turn(_ reference: JobReference) -> Int {
    contains(reference) ? jobs[reference.slot]?.turn ?? .max : .max
  }

  /// What restricts a job, read without copying the rest.
  func rules(_ reference: JobReference) -> TaskJob<Payload>.Rules? {
    contains(reference) ? jobs[reference.slot]?.rules : nil
  }

  /// How long a job may wait, read without copying the job.
  func timeout(_ reference: JobReference) -> Duration? {
    contains(reference) ? jobs[reference.slot]?.timeout : nil
  }

  /// Marks a job as running on the engine in a slot.
  ///
  /// - Returns: what to send to the engine.
  mutating func start(_ reference: JobReference, on slot: Int) -> (id: TaskID, payload: Payload)? {
    guard contains(reference) else { return nil }
    jobs[reference.slot]?.state = .running(slot)
    guard let id = jobs[reference.slot]?.id, let payload = jobs[reference.slot]?.payload else {
      return nil
    }
    return (id, payload)
  }

  /// References to all jobs, in no particular order.
  var references: [JobReference] {
    jobs.indices.filter { jobs[$0] != nil }.map {
      JobReference(slot: $0, generation: generations[$0])
    }
  }
}
