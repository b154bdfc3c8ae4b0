// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire

/// One task from its submission to its end.
struct TaskJob<Payload> {
  /// Where it is in its life.
  enum Place: Hashable {
    /// Waits for other tasks to finish.
    case dependent
    /// Waits for an engine.
    case queued
    /// Runs on the engine in a slot.
    case running(Int)
  }

  let id: MessageID
  let payload: Payload
  var place: Place
  /// Its turn among those that wait for an engine.
  var turn = 0
  /// What restricts it; nil for most.
  var rules: Rules?
  var retries: Int
  /// Nanoseconds that it may wait, 0 for any.
  var timeout: Int

  struct Rules {
    var after: Dependency
    var follow: Dependency
    var targets: [String]
    /// Engines that have refused or failed it.
    var refusedBy: Set<String> = []

    var limitsEngines: Bool { !follow.isEmpty || !targets.isEmpty || !refusedBy.isEmpty }
  }

  var limitsEngines: Bool { rules?.limitsEngines ?? false }
}

/// A job's place in the table of jobs, and which of the jobs that had this place it is.
struct JobReference: Sendable, Hashable {
  let slot: Int
  let generation: Int
}

/// Jobs in places that are used again.
struct JobTable<Payload> {
  private var jobs: [TaskJob<Payload>?] = []
  private var generations: [Int] = []
  private var free: [Int] = []
  private(set) var count = 0

  /// The generation of the last job; no two have the same.
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
      // The memory of a past rush goes back; old references stay void, because generations go on.
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
      precondition(contains(reference), "a job that is gone")
      yield &jobs[reference.slot]
    }
  }

  /// Where a job is, without a copy of it.
  func place(_ reference: JobReference) -> TaskJob<Payload>.Place? {
    contains(reference) ? jobs[reference.slot]?.place : nil
  }

  /// Since when a job waits, without a copy of it.
  func turn(_ reference: JobReference) -> Int {
    contains(reference) ? jobs[reference.slot]?.turn ?? .max : .max
  }

  /// What restricts a job, without a copy of the rest.
  func rules(_ reference: JobReference) -> TaskJob<Payload>.Rules? {
    contains(reference) ? jobs[reference.slot]?.rules : nil
  }

  /// How long a job may wait, without a copy of it.
  func timeout(_ reference: JobReference) -> Int {
    contains(reference) ? jobs[reference.slot]?.timeout ?? 0 : 0
  }

  /// Says where a job runs from here on.
  ///
  /// - Returns: what its engine is to be sent.
  mutating func start(_ reference: JobReference, on slot: Int) -> (id: MessageID, payload: Payload)?
  {
    guard contains(reference) else { return nil }
    jobs[reference.slot]?.place = .running(slot)
    guard let id = jobs[reference.slot]?.id, let payload = jobs[reference.slot]?.payload else {
      return nil
    }
    return (id, payload)
  }

  /// All references, in no order.
  var references: [JobReference] {
    jobs.indices.filter { jobs[$0] != nil }.map {
      JobReference(slot: $0, generation: generations[$0])
    }
  }
}
