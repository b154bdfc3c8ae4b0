// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import ApusTransport
import ApusWorkers
import Synchronization

/// Gives the jobs of a server to its places, and takes back what they have lost.
final class JobDispatch: Sendable {
  /// How many functions keep their workers at a place.
  private static let mostLanes = 8
  /// How often a job may lose its place: one that ends its node must not end all.
  private static let mostLosses = 5

  private struct LaneName: Hashable {
    let place: Int
    /// Changes with the number of workers.
    let generation: Int
    let function: Int
  }

  private struct OpenLane {
    let lane: any JobLane
    let name: LaneName
    var lastUse: Int
  }

  private struct Waiter {
    let group: String?
    let continuation: CheckedContinuation<Void, any Error>
  }

  private struct State {
    var schedule: JobSchedule
    var places: [Place]
    var generations: [Int]
    var jobs: [Int: any AnyJob] = [:]
    var begun: [Int: Instant] = [:]
    /// All lanes that have not ended, and which of them get jobs.
    var lanes: [Int: OpenLane] = [:]
    var current: [LaneName: Int] = [:]
    var functions: [FunctionName: Int] = [:]
    /// How often the place of a job was lost.
    var losses: [Int: Int] = [:]
    /// Jobs whose callbacks have not returned, by group.
    var groups: [String: Int] = [:]
    var waiters: [Int: Waiter] = [:]
    var count = 0
    var waiterCount = 0
    var laneUses = 0
    var strandedSince: Instant?
    var isClosed = false
  }

  private let state: Mutex<State>
  private let clock = MonotonicClock()
  private let options: TaskOptions
  private let origin: StreamOrigin?
  /// How long jobs wait while no place can run anything.
  private let patience: Duration
  let start: Instant

  init(
    _ places: [(place: Place, name: String, capacity: Int)], _ options: TaskOptions,
    _ origin: StreamOrigin?, patience: Duration = .seconds(60)
  ) {
    let schedule = JobSchedule(
      places: places.enumerated().map {
        JobSchedule.Place(name: $1.name, capacity: $1.capacity, isNode: $0 > 0)
      })
    state = Mutex(
      State(
        schedule: schedule, places: places.map(\.place), generations: places.map { _ in 0 }))
    (self.options, self.origin, self.patience) = (options, origin, patience)
    start = clock.now
  }

  var now: Instant { clock.now }

  // MARK: Jobs

  /// Takes in jobs, which get the next numbers.
  func submit<Job: AnyJob>(_ count: Int, _ make: (_ place: Int, _ number: Int) -> Job) -> [Job] {
    let (jobs, isClosed) = state.withLock { state in
      let jobs = (0..<count).map { make($0, state.count + $0) }
      state.count += count
      guard !state.isClosed else { return (jobs, true) }
      for job in jobs {
        state.jobs[job.number] = job
        state.groups[job.group, default: 0] += 1
        let function = Self.number(of: job.function, &state)
        state.schedule.submit(job.number, of: function)
      }
      return (jobs, false)
    }
    if isClosed { for job in jobs { job.fail(Self.closed) } }
    assign()
    return jobs
  }

  private static func number(of function: FunctionName, _ state: inout State) -> Int {
    if let known = state.functions[function] { return known }
    state.functions[function] = state.functions.count
    return state.functions.count - 1
  }

  private static let closed = ClusterError(.unreachable, "The job server was closed.")

  /// Begins what can begin.
  private func assign() {
    state.withLock { state in
      while !state.isClosed, let (number, place) = state.schedule.next() {
        guard let job = state.jobs[number] else { continue }
        state.begun[number] = clock.now
        // One that has ended meanwhile takes none.
        while !job.run(in: lane(of: job, at: place, &state)) {
          state.current[laneName(of: job, at: place, &state)] = nil
        }
      }
    }
  }

  private func laneName(of job: any AnyJob, at place: Int, _ state: inout State) -> LaneName {
    LaneName(
      place: place, generation: state.generations[place],
      function: Self.number(of: job.function, &state))
  }

  private func lane(of job: any AnyJob, at place: Int, _ state: inout State) -> any JobLane {
    let name = laneName(of: job, at: place, &state)
    state.laneUses += 1
    if let serial = state.current[name], let known = state.lanes[serial] {
      state.lanes[serial]?.lastUse = state.laneUses
      return known.lane
    }
    endIdleLane(at: place, &state)
    let serial = state.laneUses
    let lane = job.makeLane(on: state.places[place], options, events(of: serial, name))
    state.lanes[serial] = OpenLane(lane: lane, name: name, lastUse: serial)
    state.current[name] = serial
    return lane
  }

  /// Makes room for another function.
  private func endIdleLane(at place: Int, _ state: inout State) {
    let here = state.current.compactMap { name, serial in
      name.place == place ? state.lanes[serial] : nil
    }
    guard here.count >= Self.mostLanes,
      let idle = here.filter({ !$0.lane.isBusy }).min(by: { $0.lastUse < $1.lastUse })
    else { return }
    state.current[idle.name] = nil
    idle.lane.end()
  }

  /// They hold this object, so that a lane that is cancelled with the server still tells what has become of its jobs.
  private func events(of serial: Int, _ name: LaneName) -> JobEvents {
    JobEvents(
      origin: origin, ended: { self.ended($0) }, settled: { self.settled($0) },
      lost: { self.lost(job: $0) }, closed: { self.closed(serial, name, $0, $1) })
  }

  /// A job has ended, and its worker is free.
  private func ended(_ number: Int) {
    state.withLock { state in
      let begun = state.begun.removeValue(forKey: number) ?? clock.now
      state.schedule.finished(number, after: begun.duration(to: clock.now))
    }
    assign()
  }

  /// The callback of a job has returned.
  private func settled(_ number: Int) {
    let ready = state.withLock { state -> [Waiter] in
      guard let job = state.jobs.removeValue(forKey: number) else { return [] }
      state.losses[number] = nil
      state.groups[job.group, default: 1] -= 1
      if state.groups[job.group] == 0 { state.groups[job.group] = nil }
      let done = state.waiters.filter { !Self.isOpen($0.value.group, state) }
      for name in done.keys { state.waiters[name] = nil }
      return Array(done.values)
    }
    for waiter in ready { waiter.continuation.resume() }
  }

  private static func isOpen(_ group: String?, _ state: borrowing State) -> Bool {
    group.map { state.groups[$0] != nil } ?? !state.groups.isEmpty
  }

  /// The engine of a node was lost while it ran a job.
  private func lost(job number: Int) -> Bool {
    let isAgain = state.withLock { state in
      !state.isClosed && Self.giveBack(number, &state)
    }
    if isAgain { assign() }
    return isAgain
  }

  /// - Returns: false if the job has lost its place too often.
  private static func giveBack(_ number: Int, _ state: inout State) -> Bool {
    state.losses[number, default: 0] += 1
    guard state.losses[number, default: 0] <= mostLosses else { return false }
    state.begun[number] = nil
    state.schedule.lost(number)
    return true
  }

  /// A lane has ended.
  ///
  /// Jobs of a node wait again, unless nothing else could run them; errors of this machine's workers are those of the function.
  private func closed(_ serial: Int, _ name: LaneName, _ error: (any Error)?, _ jobs: [any AnyJob])
  {
    let (failed, isClosed) = state.withLock { state -> ([any AnyJob], Bool) in
      state.lanes[serial] = nil
      if state.current[name] == serial { state.current[name] = nil }
      guard !state.isClosed else { return (jobs, true) }
      guard state.schedule.places[name.place].isNode, let error else { return (jobs, false) }
      if (error as? WorkerError)?.code == .noEngines,
        !state.schedule.refuse(name.function, at: name.place)
      {
        let others = state.schedule.takeWaiting(of: name.function)
        return (jobs + others.compactMap { state.jobs[$0] }, false)
      }
      return (jobs.filter { !Self.giveBack($0.number, &state) }, false)
    }
    end(failed, isClosed ? Self.closed : error ?? Self.closed)
    assign()
  }

  private func end(_ jobs: [any AnyJob], _ error: any Error) {
    for job in jobs {
      ended(job.number)
      job.fail(error)
      settled(job.number)
    }
  }

  // MARK: Places

  /// A node can be reached, and has so many workers; or this machine is to have so many.
  func setCapacity(of place: Int, _ capacity: Int) {
    state.withLock { state in
      state.schedule.setCapacity(of: place, capacity)
      state.strandedSince = nil
    }
    assign()
  }

  /// Gives a place another number of workers; jobs that run there end where they are.
  func replace(_ place: Int, by new: Place, capacity: Int) {
    let old = state.withLock { state -> [any JobLane] in
      state.places[place] = new
      state.generations[place] += 1
      return Self.takeLanes(of: place, &state)
    }
    for lane in old { lane.end() }
    setCapacity(of: place, capacity)
  }

  /// The lanes of a place, which get no more jobs.
  private static func takeLanes(of place: Int, _ state: inout State) -> [any JobLane] {
    state.current = state.current.filter { $0.key.place != place }
    return state.lanes.values.filter { $0.name.place == place }.map(\.lane)
  }

  /// A node cannot be reached: its jobs go to others.
  ///
  /// If no place is left for a minute, those that wait fail.
  func lost(_ place: Int, _ reason: String) {
    let now = clock.now
    let (lanes, stranded) = state.withLock { state -> ([any JobLane], [any AnyJob]) in
      state.schedule.setCapacity(of: place, 0)
      let lanes = Self.takeLanes(of: place, &state)
      var stranded: [any AnyJob] = []
      if state.schedule.isStranded {
        let since = state.strandedSince ?? now
        state.strandedSince = since
        if since + patience <= now {
          stranded = state.schedule.takeWaiting().compactMap { state.jobs[$0] }
        }
      }
      return (lanes, stranded)
    }
    for lane in lanes { lane.cancel() }
    end(
      stranded,
      ClusterError(.unreachable, "No node could be reached for \(patience): \(reason)"))
  }

  // MARK: Questions

  var places: [JobSchedule.Place] { state.withLock { $0.schedule.places } }

  /// Maps that have not ended, each with workers of its own.
  var laneCount: Int { state.withLock { $0.lanes.count } }

  /// Jobs that have not ended.
  var openCount: Int { state.withLock { $0.schedule.count } }

  /// Waits until the jobs of a group have ended, and their callbacks have returned.
  func wait(_ group: String?) async throws {
    let number = state.withLock { state in
      state.waiterCount += 1
      return state.waiterCount
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let known = state.withLock { state -> Result<Void, any Error>? in
          if !Self.isOpen(group, state) { return .success(()) }
          if Task.isCancelled { return .failure(CancellationError()) }
          state.waiters[number] = Waiter(group: group, continuation: continuation)
          return nil
        }
        if let known { continuation.resume(with: known) }
      }
    } onCancel: {
      state.withLock { $0.waiters.removeValue(forKey: number) }?
        .continuation.resume(throwing: CancellationError())
    }
  }

  /// Ends what runs; jobs that have not ended fail.
  func close() {
    let (lanes, waiting) = state.withLock { state -> ([any JobLane], [any AnyJob]) in
      state.isClosed = true
      let jobs = state.schedule.takeWaiting().compactMap { state.jobs[$0] }
      return (state.lanes.values.map(\.lane), jobs)
    }
    for lane in lanes { lane.cancel() }
    end(waiting, Self.closed)
  }
}
