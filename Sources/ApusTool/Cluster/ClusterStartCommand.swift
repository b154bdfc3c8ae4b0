// Part of Apus, Apache-2.0. See LICENSE.
#if Cluster
  import ApusCluster
  import ApusParallel
  import ArgumentParser
  import Foundation

  struct ClusterStartCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "start",
      abstract: "Start a controller and engines; return or go on when all engines have joined.",
      discussion: """
        Without --daemonize it looks after the cluster until it is interrupted. If engines are missing when
        the time is up, or one ends before it joins, everything is stopped and the ends of their logs are
        shown, with status 1.
        """)

    @OptionGroup var choice: ClusterChoice
    @Option(name: .customShort("n"), help: "How many engines. (default: the cores)") var count: Int?
    @Flag(help: "Return when all engines have joined, and go on in the background.")
    var daemonize = false
    @Option(
      help:
        "What the engines are: python, or a command that takes its connection from IPP_PROFILE_DIR and IPP_CLUSTER_ID."
    )
    var engines = "python"
    @Option(help: "The interpreter of Python engines. (default: of the active environment)")
    var python: String?
    @Option(help: "Seconds until all engines must have joined.") var timeout = 60.0
    @Argument(help: "Options for the controller, after --.") var controllerOptions: [String] = []

    func validate() throws {
      guard (count ?? 1) >= 1, (count ?? 1) <= 65_536 else {
        throw ValidationError("-n is a number of engines from 1 to 65536")
      }
      guard timeout > 0, timeout <= 86_400 else {
        throw ValidationError("--timeout is a number of seconds above 0, at most a day's")
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
      if reports { ReportPipe.keepToItself() }
      func say(_ text: String) {
        if reports { ReportPipe.write(text + "\n", isLast: false) } else { print(text) }
      }
      StopSignals.hold()
      OpenFiles.raise()
      do {
        let plan = try plan()
        let launcher = try ClusterLauncher(plan) { event in
          if let line = Self.line(event) { say(line) }
        }
        let signalled = launcher.signalled
        StopSignals.listen { signalled(StopSignals.isOfChild($0)) }
        try launcher.start(within: .seconds(timeout))
        say(
          "all \(plan.engines) engines have joined; ipyparallel.Client() finds them (\(launcher.path))"
        )
        if reports { ReportPipe.write("ready\n", isLast: true) }
        if !launcher.supervise() {
          throw ToolError.failure("the controller or all engines have ended; the rest was stopped")
        }
        if !reports { print("stopped") }
      } catch {
        let text = (error as? ToolError)?.message ?? "\(error)"
        if reports { ReportPipe.write(text + "\n", isLast: true) }
        throw ClusterDaemon.fail(text)
      }
    }

    private static func line(_ event: ClusterLauncher.Event) -> String? {
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
        profileDirectory: choice.directory, clusterID: choice.clusterId, engines: count ?? cores,
        engineWords: try engineWords(environment),
        controllerWords: [try Self.ownPath(), "controller"] + controllerOptions,
        environment: environment, cores: cores)
      plan.log = log
      return plan
    }

    /// The file of this program.
    static func ownPath() throws -> String {
      #if os(Linux)
        if let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") {
          return path
        }
      #endif
      guard let path = Bundle.main.executablePath else {
        throw ToolError.failure("cannot find the file of this program")
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
          "\(interpreter) has no ipyparallel; install it there, name another by --python, or give "
            + "another kind of engine by --engines")
      }
      return [interpreter, "-m", "ipyparallel.engine"]
    }
  }

  /// Words of a command line, with quotes, as a shell splits them.
  enum ShellWords {
    static func split(_ text: String) throws -> [String] {
      var words: [String] = []
      var word: String?
      var quote: Character?
      var isEscaped = false
      for character in text {
        if isEscaped {
          word = (word ?? "") + String(character)
          isEscaped = false
        } else if character == "\\" && quote != "'" {
          isEscaped = true
        } else if let open = quote {
          if character == open { quote = nil } else { word = (word ?? "") + String(character) }
        } else if character == "'" || character == "\"" {
          quote = character
          word = word ?? ""
        } else if character.isWhitespace {
          if let done = word { words.append(done) }
          word = nil
        } else {
          word = (word ?? "") + String(character)
        }
      }
      guard quote == nil, !isEscaped else {
        throw ToolError.input("a quote or an escape in '\(text)' does not end")
      }
      return words + (word.map { [$0] } ?? [])
    }
  }
#endif
