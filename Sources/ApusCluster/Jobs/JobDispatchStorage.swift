// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import ApusTransport
import ApusWorkers
import Synchronization

/// Gives the jobs of a server to its places, and takes back what they have lost.
final class JobDispatch: Sendable {
  /// How many functions keep their workers at a place.
  private static let mostLanes = 8

  private struct LaneName: Hashable {
    let place: Int
    /// Changes with the number of workers.
    let generation: Int
    let function: FunctionName
  }

  private struct OpenLane {
    let lane: any JobLane
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
    var lanes: [LaneName: OpenLane] = [:]
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
      places: places.map { JobSchedule.Place(name: $0.name, capacity: $0.capacity) })
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
        state.schedule.submit(job.number)
      }
      return (jobs, false)
    }
    if isClosed { for job in jobs { job.fail(Self.closed) } }
    assign()
    return jobs
  }

  private static let closed = ClusterError(.unreachable, "The job server was closed.")

  /// Begins what can begin.
  private func assign() {
    state.withLock { state in
      while !state.isClosed, let (number, place) = state.schedule.next() {
        guard let job = state.jobs[number] else { continue }
        state.begun[number] = clock.now
        job.run(in: lane(of: job, at: place, &state))
      }
    }
  }

  private func lane(of job: any AnyJob, at place: Int, _ state: inout State) -> any JobLane {
    let name = LaneName(
      place: place, generation: state.generations[place], function: job.function)
    state.laneUses += 1
    if let known = state.lanes[name] {
      state.lanes[name]?.lastUse = state.laneUses
      return known.lane
    }
    endIdleLane(at: place, &state)
    let lane = job.makeLane(on: state.places[place], options, events(of: name))
    state.lanes[name] = OpenLane(lane: lane, lastUse: state.laneUses)
    return lane
  }

  /// Makes room for another function.
  private func endIdleLane(at place: Int, _ state: inout State) {
    let here = state.lanes.filter { $0.key.place == place }
    guard here.count >= Self.mostLanes,
      let idle = here.filter({ !$0.value.lane.isBusy }).min(by: {
        $0.value.lastUse < $1.value.lastUse
      })
    else { return }
    state.lanes[idle.key] = nil
    idle.value.lane.end()
  }

  private func events(of name: LaneName) -> JobEvents {
    JobEvents(origin: origin) { [weak self] job in
      self?.ended(job)
    } settled: { [weak self] job in
      self?.settled(job)
    } closed: { [weak self] error, jobs in
      self?.closed(name, error, jobs)
    }
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

  /// A lane has ended.
  ///
  /// Jobs of a node that cannot be reached wait again; other errors are those of the function.
  private func closed(_ name: LaneName, _ error: (any Error)?, _ jobs: [any AnyJob]) {
    let isLost = error is ClusterError || error is CancellationError
    let failed = state.withLock { state -> [any AnyJob] in
      state.lanes[name] = nil
      if error is ClusterError { state.schedule.setCapacity(of: name.place, 0) }
      guard isLost, !state.isClosed else { return jobs }
      for job in jobs.sorted(by: { $0.number < $1.number }) {
        state.begun[job.number] = nil
        state.schedule.lost(job.number)
      }
      return []
    }
    end(failed, state.withLock { $0.isClosed } ? Self.closed : error ?? Self.closed)
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
      let old = state.lanes.filter { $0.key.place == place }
      for name in old.keys { state.lanes[name] = nil }
      return old.map(\.value.lane)
    }
    for lane in old { lane.end() }
    setCapacity(of: place, capacity)
  }

  /// A node cannot be reached: its jobs go to others.
  ///
  /// If no place is left for a minute, those that wait fail.
  func lost(_ place: Int, _ reason: String) {
    let now = clock.now
    let (lanes, stranded) = state.withLock { state -> ([any JobLane], [any AnyJob]) in
      state.schedule.setCapacity(of: place, 0)
      let lanes = state.lanes.filter { $0.key.place == place }
      for name in lanes.keys { state.lanes[name] = nil }
      var stranded: [any AnyJob] = []
      if state.schedule.isStranded {
        let since = state.strandedSince ?? now
        state.strandedSince = since
        if since + patience <= now {
          stranded = state.schedule.takeWaiting().compactMap { state.jobs[$0] }
        }
      }
      return (lanes.map(\.value.lane), stranded)
    }
    for lane in lanes { lane.cancel() }
    end(
      stranded,
      ClusterError(.unreachable, "No node could be reached for \(patience): \(reason)"))
  }

  // MARK: Questions

  var places: [JobSchedule.Place] { state.withLock { $0.schedule.places } }

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
      defer { state.lanes = [:] }
      return (state.lanes.map(\.value.lane), jobs)
    }
    for lane in lanes { lane.cancel() }
    end(waiting, Self.closed)
  }
}
