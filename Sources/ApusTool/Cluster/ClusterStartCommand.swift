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
    @Option(name: .customShort("n"), help: "The number of engines. (default: one per core)")
    var count: Int?
    @Flag(help: "Return when all engines have joined, and supervise them in the background.")
    var daemonize = false
    @Option(
      help:
        "The kind of engine: python, or a command that finds the controller by IPP_PROFILE_DIR and IPP_CLUSTER_ID."
    )
    var engines = "python"
    @Option(help: "The interpreter of Python engines. (default: that of the active environment)")
    var python: String?
    @Option(help: "The time in seconds within which all engines must join.") var timeout = 60.0
    @Option(
      help: "The time in seconds that the cluster goes on without any engine; inf for no limit.")
    var emptyTimeout = 60.0
    @Flag(help: "Start engines again that are killed or fail, up to 5 times in a row.")
    var restartEngines = false
    @Flag(help: "Encrypt all connections, so that nobody reads output without the key.")
    var curve = false
    @Argument(help: "Options for the controller, after --.") var controllerOptions: [String] = []

    func validate() throws {
      guard (count ?? 1) >= 1, (count ?? 1) <= 65_536 else {
        throw ValidationError("-n must be a number of engines from 1 to 65536")
      }
      guard timeout > 0, timeout <= 86_400 else {
        throw ValidationError("--timeout must be a number of seconds above 0 and at most 86400")
      }
      guard emptyTimeout >= 0, emptyTimeout <= 1e9 || emptyTimeout == .infinity else {
        throw ValidationError("--empty-timeout must be a number of seconds from 0 to 1e9, or inf")
      }
    }

    func run() throws {
      if daemonize {
        try ClusterDaemon.start(words: CommandLine.arguments, choice)
      } else {
        try serve()
      }
    }

    private func serve() throws {
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
        say(
          "all \(plan.engines) engines have joined; ipyparallel.Client() finds them (\(supervisor.path))"
        )
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
      case .engineEnded(let index, let pid, let end): "engine \(index) (process \(pid)) \(end)"
      case .engineRestarted(let index, let pid): "engine \(index) was started again: process \(pid)"
      case .engineGivenUp(let index, let reason): "engine \(index) is not started again: \(reason)"
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
      var plan = ClusterPlan(
        profile: choice.profileFiles, engines: count ?? cores,
        engineCommand: try engineWords(environment),
        controllerCommand: [try Self.ownPath(), "controller"]
          + (curve ? ["--IPController.enable_curve=True"] : []) + controllerOptions,
        environment: environment, cores: cores)
      plan.log = log
      plan.emptyLimit = emptyTimeout == .infinity ? nil : .seconds(emptyTimeout)
      plan.restartsEngines = restartEngines
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

    private func engineWords(_ environment: [String: String]) throws -> [String] {
      guard engines == "python" else {
        let words = try ShellWords.split(engines)
        guard !words.isEmpty else { throw ToolError.input("--engines is empty") }
        return words
      }
      let interpreter =
        python ?? environment["VIRTUAL_ENV"].map { $0 + "/bin/python" } ?? "python3"
      let check = Process()
      check.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      check.arguments = [interpreter, "-c", "import ipyparallel.engine"]
      check.standardOutput = FileHandle.nullDevice
      check.standardError = FileHandle.nullDevice
      try check.run()
      check.waitUntilExit()
      guard check.terminationStatus == 0 else {
        throw ToolError.input(
          "\(interpreter) has no ipyparallel; install it there, name another with --python, or "
            + "choose another kind of engine with --engines")
      }
      return [interpreter, "-m", "ipyparallel.engine"]
    }
  }
#endif
