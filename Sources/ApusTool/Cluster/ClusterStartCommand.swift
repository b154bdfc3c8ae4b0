// Part of Apus, Apache-2.0. See LICENSE.
#if Cluster
  import ApusLaunchers
  import ApusParallel
  import ApusProcess
  import ApusTransport
  import ArgumentParser
  import Foundation

  struct ClusterStartCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "start",
      abstract: "Start a controller and engines, and wait until all engines have joined.",
      discussion: """
        Without --daemonize, the command then supervises the cluster until it is interrupted. If \
        engines are still missing after --timeout, or one ends before it joins, everything is \
        stopped, the last lines of the logs are shown, and the exit status is 1.

        The cluster goes on while it has engines, whoever started them. When it has had none for \
        --empty-timeout, the tasks that wait fail with that reason, and the cluster ends.
        """)

    @OptionGroup var choice: ClusterChoice
    @Option(
      name: .customShort("n"),
      help:
        "The number of engines. (default: one per core if they are local, the sum of --hosts for ssh)"
    )
    var count: Int?
    @Flag(help: "Return when all engines have joined, and supervise them in the background.")
    var daemonize = false
    @OptionGroup var start: EngineStartOptions
    @Option(help: "The time in seconds within which all engines must join.") var timeout = 60.0
    @Option(
      help:
        "The time in seconds that the cluster goes on without any engine, and none to come; inf for no limit."
    )
    var emptyTimeout = 60.0
    @Flag(help: "Start engines again that are killed or fail, up to 5 times in a row.")
    var restartEngines = false
    @Flag(
      inversion: .prefixedNo,
      help:
        "Encrypt all connections, so that nobody reads output without the key. (default: if engines are on other hosts)"
    )
    var curve: Bool?
    @Flag(
      inversion: .prefixedNo,
      help:
        "Keep tasks and results in the profile's folder journal, and start another controller if this one dies. (default: if engines are of Swift)"
    )
    var journal: Bool?
    @Flag(help: "Print what would be run, without running it.") var dryRun = false
    @Argument(
      help:
        "After --: options for the scheduler, srun, mpiexec or ssh; if engines are local, for the controller."
    )
    var options: [String] = []
    @Option(
      name: .customLong("controller-option"), parsing: .unconditionalSingleValue,
      help: "An option for the controller, such as --ip=10.0.0.1; may be repeated.")
    var controllerOptions: [String] = []

    func validate() throws {
      guard (count ?? 1) >= 1, (count ?? 1) <= 65_536 else {
        throw ValidationError("-n must be a number of engines from 1 to 65536")
      }
      if count != nil, start.demand.isGiven {
        throw ValidationError("--max takes the place of -n; give --min for engines that stay")
      }
      guard timeout > 0, timeout <= 86_400 else {
        throw ValidationError("--timeout must be a number of seconds above 0 and at most 86400")
      }
      guard emptyTimeout >= 0, emptyTimeout <= 1e9 || emptyTimeout == .infinity else {
        throw ValidationError("--empty-timeout must be a number of seconds from 0 to 1e9, or inf")
      }
    }

    func run() throws {
      if daemonize && !dryRun {
        try ClusterDaemon.start(words: CommandLine.arguments, choice)
      } else {
        try serve()
      }
    }

    private func serve() throws {
      if dryRun {
        print(try EngineDryRun(plan()).text)
        return
      }
      let reports = ProcessInfo.processInfo.environment[ReportPipe.variable] != nil
      if reports { ReportPipe.setCloseOnExec() }
      var isReady = false
      // In the background, what happens after the start goes to the launcher's log.
      func say(_ text: String) {
        if reports && !isReady {
          ReportPipe.write(text + "\n", isLast: false)
        } else {
          let line = (reports ? "\(LogLine.time) \(text)" : text) + "\n"
          try? FileHandle.standardOutput.write(contentsOf: Data(line.utf8))
        }
      }
      StopSignals.block()
      do {
        let plan = try plan()
        try ProcessLimits.check(engines: plan.engines)
        let supervisor = try Supervisor(
          plan, launcher: LocalLauncher(), connect: { try ClientLink($0) },
          onEvent: { event in if let line = Self.line(event) { say(line) } })
        let signalled = supervisor.signalled
        try StopSignals.listen { signalled(StopSignals.isChildExit($0)) }
        try supervisor.start(within: .seconds(timeout))
        let joined = "\(supervisor.joinedText) have joined; ipyparallel.Client() finds them"
        let onDemand = "the controller is ready and engines start when tasks wait"
        say("\(plan.engines == 0 ? onDemand : joined) (\(supervisor.path))")
        if reports { ReportPipe.write("ready\n", isLast: true) }
        isReady = true
        switch supervisor.supervise() {
        case .told: break
        case .controllerEnded:
          throw ToolError.failure("the controller has ended; the engines were stopped")
        case .withoutEngines(let limit):
          throw ToolError.failure(
            "there has been no engine for \(limit / .seconds(1)) s; waiting tasks have failed and the cluster was stopped"
          )
        }
        if !reports { print("stopped") }
      } catch {
        let text = (error as? ToolError)?.message ?? "\(error)"
        if reports && !isReady { ReportPipe.write(text + "\n", isLast: true) }
        throw ClusterDaemon.fail(text)
      }
    }

    private static func line(_ event: Supervisor.Event) -> String? {
      switch event {
      case .controllerStarted(let pid): "controller: process \(pid)"
      case .joined(let count, let all): "engines: \(count) of \(all)"
      case .notice(let text): text
      case .engineEnded(let name, let pid, let end): "\(name) (process \(pid)) \(end)"
      case .engineRestarted(let name, let pid): "\(name) was started again: process \(pid)"
      case .engineGivenUp(let name, let reason): "\(name) is not started again: \(reason)"
      case .replaced(let count, let job):
        (count == 1 ? "an engine's job has ended" : "the jobs of \(count) engines have ended")
          + "; job \(job) takes \(count == 1 ? "its" : "their") place"
      case .requested(let count, let job):
        "tasks wait: job \(job) was requested with \(count) engine\(count == 1 ? "" : "s")"
      case .released(let count):
        "\(count) engine\(count == 1 ? " had" : "s had") nothing to do and \(count == 1 ? "was" : "were") released"
      case .withdrawn(let count):
        "no task waits any more: \(count) engine\(count == 1 ? " was" : "s were") taken out of the queue"
      case .isEmpty(let end?):
        "no engine is left; the cluster ends if none joins within \(end / .seconds(1)) s"
      case .isEmpty(nil): "no engine is left; the cluster waits for others"
      case .controllerEnded(let end): "the controller \(end)"
      }
    }

    private func plan() throws -> ClusterPlan {
      var environment = ProcessInfo.processInfo.environment
      environment[ReportPipe.variable] = nil
      let log = environment.removeValue(forKey: ClusterDaemon.logVariable)
      environment["IPYTHONDIR"] = ClusterChoice.ipythonDirectory
      let cores = ThreadBudget.current.count
      let way = try start.way(count)
      let isLocal = !way.isRemote
      try start.check(way, count, restarts: restartEngines, log: choice.profileFiles.logDirectory)
      let network = ControllerNetwork(
        options: (start.ports.map { ["--ports=\($0)"] } ?? []) + controllerOptions
          + (isLocal ? options : []), way, encrypts: curve,
        keepsJournal: journal ?? (start.kind == "swift"))
      var plan = ClusterPlan(
        profile: choice.profileFiles,
        engines: start.demand.limits?.least ?? way.engines(count) ?? cores,
        engineCommand: try start.engineWords(environment, timeout: timeout, way, checks: !dryRun),
        controllerCommand: [try Self.ownPath(), "controller"] + network.words,
        environment: environment, cores: cores)
      plan.log = log
      plan.emptyLimit = emptyTimeout == .infinity ? nil : .seconds(emptyTimeout)
      plan.restartsEngines = restartEngines
      plan.start = way
      plan.resources = start.resources(isLocal ? [] : options)
      plan.leastEngines = start.atLeast
      plan.replacesJobs = start.replace
      plan.demand = start.demand.limits
      if way == .srun && !dryRun {
        plan.allocationEnd = SlurmAllocation.end(environment, folder: NSTemporaryDirectory())
      }
      if let least = plan.leastEngines, least > plan.engines {
        throw ToolError.input("--at-least \(least) is more than the \(plan.engines) engines of -n")
      }
      return plan
    }

    /// The path of this program's executable.
    static func ownPath() throws -> String {
      #if os(Linux)
        if let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") {
          return path
        }
      #endif
      guard let path = Bundle.main.executablePath else {
        throw ToolError.failure("cannot find the executable of this program")
      }
      return path
    }
  }
#endif
