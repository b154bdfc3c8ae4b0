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
    @Argument(help: "Options for the controller, after --.") var controllerOptions: [String] = []

    func validate() throws {
      guard (count ?? 1) >= 1, (count ?? 1) <= 65_536 else {
        throw ValidationError("-n must be a number of engines from 1 to 65536")
      }
      guard timeout > 0, timeout <= 86_400 else {
        throw ValidationError("--timeout must be a number of seconds above 0 and at most 86400")
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
      func say(_ text: String) {
        if reports { ReportPipe.write(text + "\n", isLast: false) } else { print(text) }
      }
      StopSignals.block()
      OpenFileLimit.raise()
      do {
        let plan = try plan()
        let supervisor = try Supervisor(
          plan, launcher: LocalLauncher(), connect: { try ClientLink($0) },
          onEvent: { event in if let line = Self.line(event) { say(line) } })
        let signalled = supervisor.signalled
        StopSignals.listen { signalled(StopSignals.isChildExit($0)) }
        try supervisor.start(within: .seconds(timeout))
        say(
          "all \(plan.engines) engines have joined; ipyparallel.Client() finds them (\(supervisor.path))"
        )
        if reports { ReportPipe.write("ready\n", isLast: true) }
        if !supervisor.supervise() {
          throw ToolError.failure("the controller or all engines have ended; the rest was stopped")
        }
        if !reports { print("stopped") }
      } catch {
        let text = (error as? ToolError)?.message ?? "\(error)"
        if reports { ReportPipe.write(text + "\n", isLast: true) }
        throw ClusterDaemon.fail(text)
      }
    }

    private static func line(_ event: Supervisor.Event) -> String? {
      switch event {
      case .controllerStarted(let pid): "controller: process \(pid)"
      case .joined(let count, let all): "engines: \(count) of \(all)"
      case .engineEnded(let index, let pid, let end): "engine \(index) (process \(pid)) \(end)"
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
        controllerCommand: [try Self.ownPath(), "controller"] + controllerOptions,
        environment: environment, cores: cores)
      plan.log = log
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
