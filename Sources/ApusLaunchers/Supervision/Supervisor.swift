// Part of Apus, Apache-2.0. See LICENSE.
package import ApusProcess
package import ApusTransport
package import ApusWire

/// Starts a controller and engines, waits until all engines have joined, and looks after them.
///
/// Everything that it starts has a random token in its environment and is recorded with process number and start time
/// at once, so that ``ClusterTerminator`` finds all of it even if this process is killed.
package final class Supervisor {
  /// A change in the cluster that is reported while it starts or runs.
  package enum Event: Sendable {
    case controllerStarted(pid: Int)
    case joined(Int, of: Int)
    /// Something that the user may want to know, such as what a scheduler has printed.
    case notice(String)
    /// The process of some engines, with this name, has ended.
    case engineEnded(String, pid: Int, ChildProcess.ExitStatus)
    case engineRestarted(String, pid: Int)
    /// Engines are not started again, for this reason.
    case engineGivenUp(String, reason: String)
    /// A new job was requested for engines whose jobs have ended.
    case replaced(Int, job: String)
    /// A job was requested for engines that tasks wait for.
    case requested(Int, job: String)
    /// Engines that had nothing to do were told to end.
    case released(Int)
    /// Engines that nothing needs any more were taken out of the scheduler's queue.
    case withdrawn(Int)
    /// There is no engine, and the cluster ends after a while; nil if it waits for as long as it takes.
    case isEmpty(endsAfter: Duration?)
    case controllerEnded(ChildProcess.ExitStatus)
  }

  private let plan: ClusterPlan
  private let launcher: any Launcher
  private let connect: (ConnectionFile) throws -> any ControllerLink
  private let onEvent: (Event) -> Void
  private let clock = MonotonicClock()
  private let wake: WakePipe
  private let stopping = StopStorage()
  private var file: ClusterFile
  private var link: (any ControllerLink)?
  private var engines: EngineSet?
  private var requests: JobRequests?
  private var hasLostController = false
  /// Whether a client has told the controller to end.
  private var wasShutDown = false
  /// When it became clear that too few engines will join.
  private var lostSince: Instant?
  /// The time for all hosts to answer, or not, when one has failed: as long as ssh waits for a connection, and a bit.
  private static let explanationTime = Duration.seconds(6)
  private var watch: ClusterWatch
  private var restarts = RestartPolicy()
  private var controllers = ControllerRestarts()
  private var limiter = LogLimiter()
  /// When the controller is asked for its engines next.
  private var nextCount = Instant()
  /// Held as long as this process owns the cluster.
  private var lock: FileLock?

  /// - Parameters:
  ///   - connect: connects to the controller once it has written its connection file.
  ///   - onEvent: is called on the thread that starts and supervises.
  package init(
    _ plan: ClusterPlan, launcher: any Launcher,
    connect: @escaping (ConnectionFile) throws -> any ControllerLink,
    onEvent: @escaping (Event) -> Void
  ) throws(TransportError) {
    self.plan = plan
    self.launcher = launcher
    self.connect = connect
    self.onEvent = onEvent
    watch = ClusterWatch(limit: plan.emptyLimit)
    wake = try WakePipe()
    file = ClusterFile(
      profileDirectory: plan.profile.directory, clusterID: plan.profile.clusterID,
      token: RandomName.session())
  }

  /// What a signal handler calls, on any thread.
  package var signalled: @Sendable (_ isChildExit: Bool) -> Void {
    let (wake, stopping) = (wake, stopping)
    return { isChildExit in
      if !isChildExit { stopping.stop() }
      wake.wake()
    }
  }

  /// How many engines have joined, for messages: "all 4 engines", "3 of 4 engines".
  package var joinedText: String {
    let joined = engines?.roster.joined ?? 0
    if plan.demand != nil { return joined == 1 ? "1 engine" : "\(joined) engines" }
    return joined >= plan.engines
      ? "all \(plan.engines) engines" : "\(joined) of \(plan.engines) engines"
  }

  /// The cluster's file, for messages.
  package var path: String { file.path }
}

// MARK: - Starting

extension Supervisor {
  /// Starts everything and returns when all engines have joined.
  ///
  /// - Throws: ``LaunchError`` with what is missing and the ends of its logs, after everything has been stopped.
  package func start(within timeout: Duration) throws {
    lock = try ClusterClaim(plan, connect: connect).lock(file.path)
    let deadline = clock.now + timeout
    do {
      try startController(deadline)
      try startEngines()
      try waitForEngines(deadline)
    } catch {
      engines?.stop()
      let left = ClusterTerminator(file).stop(excludingLauncher: true, removesLogs: false)
      if !left.isEmpty { onEvent(.notice("these could not be ended: \(left)")) }
      throw error
    }
  }

  /// The start of the paths of logs, without their end.
  private func outputBase(_ name: String) -> String {
    let profile = plan.profile
    let part = profile.clusterID.isEmpty ? "" : "-\(profile.clusterID)"
    return "\(profile.logDirectory)/\(name)\(part)-\(LocalHost.processID)"
  }

  private func startController(_ deadline: Instant) throws {
    file.keepsConnectionFiles = plan.keepsFiles
    file.log = plan.log
    file.launcher = ProcessIdentity(pid: LocalHost.processID)
    try file.write()
    try runController(within: clock.now.duration(to: deadline))
  }

  /// Starts the controller, or another one in its place, and connects to it.
  private func runController(within timeout: Duration) throws {
    controllers.started()
    let start = ControllerStart(
      plan: plan, launcher: launcher, token: file.token,
      output: file.controller?.output ?? outputBase("ipcontroller") + ".log")
    try start.run(within: timeout) { member in
      file.controller = member
      do { try file.write() } catch { onEvent(.notice("\(error)")) }
    }
    controllers.ready(now: clock.now)
    onEvent(.controllerStarted(pid: file.controller?.process.pid ?? 0))
    let client = try plan.profile.readConnectionFile(.client)
    file.registrationPort = client.ports["registration"]
    do { try file.write() } catch { onEvent(.notice("\(error)")) }
    link = try connect(client)
  }

  private func startEngines() throws {
    let connection = try plan.profile.readConnectionFile(.engine).text
    let groups = EngineGroups(
      plan, token: file.token, connection: Self.oneLine(connection),
      mark: EngineMark("apus-" + RandomName.session().prefix(20)), log: outputBase("ipengine"))
    let engines = EngineSet(
      groups.all, job: groups.replacement(1, mark: EngineMark("apus")), launcher: launcher,
      folder: plan.profile.logDirectory)
    self.engines = engines
    requests = JobRequests(plan, engines, groups, onEvent: onEvent)
    for index in 0..<engines.groupCount {
      // A job is written down by its name before anything could be killed.
      file.engines.append(engines.expected(index))
      if file.engines[index].job != nil { try file.write() }
      do {
        file.engines[index] = try startGroup(index, of: engines)
      } catch {
        // A command that could not be started has submitted nothing.
        if file.engines[index].job == nil || error is ProcessError {
          file.engines.removeLast()
          try file.write()
        }
        throw error
      }
      try file.write()
    }
  }

  private static func oneLine(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).map { $0.drop { $0 == " " } }.joined()
  }

  private func startGroup(_ index: Int, of engines: EngineSet) throws -> ClusterFile.Member {
    restarts.started(index, now: clock.now)
    return try engines.start(index) { onEvent(.notice($0)) }
  }

  private func waitForEngines(_ deadline: Instant) throws {
    guard let engines else { return }
    let least = plan.leastEngines ?? plan.engines
    while true {
      recordExits()
      if hasLostController { throw LaunchError(.controllerFailed, "the controller has ended") }
      restartController()
      do { try countJoined(engines) } catch { if !plan.keepsJournal { throw error } }
      engines.look()
      let joined = engines.roster.joined
      if joined >= plan.engines { return }
      let left = clock.now.duration(to: deadline)
      if left <= .zero && joined >= least {
        onEvent(.notice(engines.missing("going on with fewer")))
        return
      }
      guard left > .zero, !stopping.isStopped, mayWait(engines.roster, least) else {
        throw LaunchError(.enginesMissing, engines.missing(reason(isLate: left <= .zero)))
      }
      // A notification sent while the subscription is under way is lost, so the controller is asked again soon.
      let pause = min(limiter.check(file.logs), engines.pause)
      NewsWait(wake: wake).run(link, within: min(left, pause))
    }
  }

  /// Whether enough engines may still join, or others that are missing will be explained soon.
  private func mayWait(_ roster: EngineRoster, _ least: Int) -> Bool {
    guard roster.possible < least else { return true }
    guard case .ssh = plan.start, !roster.isSettled else { return false }
    let since = lostSince ?? clock.now
    lostSince = since
    return since.duration(to: clock.now) < Self.explanationTime
  }

  private func reason(isLate: Bool) -> String {
    if stopping.isStopped { return "the start was interrupted" }
    return isLate ? "timed out" : "an engine ended before it joined"
  }

  /// Asks the controller which engines have joined, and recognises them by process ID.
  private func countJoined(_ engines: EngineSet) throws {
    guard let report = try link?.report() else { return }
    let before = engines.roster.joined
    engines.heard(count: report.engines.count, processes: report.processes)
    let joined = engines.roster.joined
    if joined != before { onEvent(.joined(joined, of: plan.engines)) }
  }
}

// MARK: - Looking after

extension Supervisor {
  /// Why supervision has ended.
  package enum Ending: Sendable, Hashable {
    case told
    case controllerEnded
    /// There was no engine for so long.
    case withoutEngines(Duration)
  }

  private func name(_ index: Int) -> String { engines?.name(index) ?? "engine \(index)" }

  /// Notes which processes have ended.
  private func recordExits() {
    while let (pid, end) = launcher.reapNext() {
      if pid == file.controller?.process.pid {
        link = nil
        // One that was told to end is not followed by another.
        wasShutDown = end == .exited(0)
        hasLostController =
          !plan.keepsJournal || wasShutDown || !controllers.died(now: clock.now)
        onEvent(.controllerEnded(end))
      } else if let index = engines?.ended(pid, end) {
        onEvent(.engineEnded(name(index), pid: pid, end))
        link?.report(process: pid, cause: "\(end)")
        planRestart(index, after: end)
      }
    }
  }

  /// Decides whether an engine is started again; one that has left of its own accord is not, those of a lost host always are.
  private func planRestart(_ index: Int, after end: ChildProcess.ExitStatus) {
    // ssh ends in this way when its host is gone, which may come back.
    let isReturning = end != .exited(0) && restarts.isOnReturningHost(index, now: clock.now)
    let isLost = end == .exited(255) || end == .exited(Int(EngineExit.controllerGone))
    if case .ssh = plan.start, isLost || isReturning {
      return restarts.lostHost(index, now: clock.now)
    }
    guard plan.restartsEngines, end != .exited(0) else { return }
    if restarts.died(index, now: clock.now) == nil {
      let count = RestartPolicy.maximumFailures + 1
      onEvent(
        .engineGivenUp(name(index), reason: "it has died \(count) times soon after its start"))
    }
  }

  /// How long a controller that takes the place of another may take to be ready.
  private static let controllerTime = Duration.seconds(60)

  /// Starts a controller in the place of one that has died; it goes on from its journal.
  private func restartController() {
    guard let due = controllers.due, due <= clock.now else { return }
    do {
      try runController(within: Self.controllerTime)
    } catch {
      // If it was started, its end will be noticed; if it still runs, it is of no use.
      onEvent(.notice("\(error)"))
      if error is ProcessError {
        hasLostController = !controllers.died(now: clock.now)
      } else if let process = file.controller?.process {
        ChildProcess.send(.kill, to: process.pid)
      }
    }
  }

  private func restartEngines() {
    for index in restarts.takeDue(now: clock.now) {
      do {
        guard let engines else { return }
        file.engines[index] = try startGroup(index, of: engines)
        try file.write()
        onEvent(.engineRestarted(name(index), pid: file.engines[index].process.pid))
      } catch {
        onEvent(.engineGivenUp(name(index), reason: "\(error)"))
      }
    }
  }

  /// Asks the controller whether it has engines, whoever started them.
  private func countEngines() {
    // A controller that does not answer may be busy, or stopped by a debugger: that says nothing about its engines.
    let now = clock.now
    guard nextCount <= now || watch.end.map({ $0 <= now }) ?? false,
      let link, let report = try? link.report()
    else { return }
    nextCount = clock.now + .seconds(1)
    engines?.heard(count: report.engines.count, processes: report.processes)
    requests?.look(report, link, &file)
    let wasEmpty = watch.isEmpty
    let isAwaiting = requests?.isAwaiting ?? false
    // Engines that wait in a scheduler's queue are worth waiting for.
    let least = isAwaiting || controllers.isSettling(now: clock.now) ? 1 : 0
    watch.heard(engines: max(least, report.engines.count), now: clock.now)
    if watch.isEmpty && !wasEmpty { onEvent(.isEmpty(endsAfter: watch.limit)) }
  }

  /// Supervises the cluster until it is told to stop, the controller has ended, or there has been no engine for too long.
  package func supervise() -> Ending {
    while true {
      recordExits()
      if stopping.isStopped { return end(.told) }
      if hasLostController { return end(.controllerEnded) }
      restartController()
      restartEngines()
      countEngines()
      if watch.isOver, let limit = watch.limit {
        link?.failWaitingTasks(
          reason: "the cluster has had no engine for \(limit.seconds) s and stops")
        return end(.withoutEngines(limit))
      }
      NewsWait(wake: wake).run(link, within: pause)
    }
  }

  /// How long to wait for news before looking again.
  private var pause: Duration {
    let now = clock.now
    let next = [watch.end, restarts.next, controllers.due].compactMap { $0 }.min()
    let due = next.map { max(.milliseconds(1), now.duration(to: $0)) } ?? .seconds(1)
    return min(due, limiter.check(file.logs))
  }

  private func end(_ ending: Ending) -> Ending {
    link = nil
    engines?.stop()
    let wasTold = ending == .told
    _ = ClusterTerminator(file).stop(
      excludingLauncher: true, removesLogs: wasTold, removesJournal: wasTold || wasShutDown)
    return ending
  }
}
