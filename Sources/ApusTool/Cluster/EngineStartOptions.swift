// Part of Apus, Apache-2.0. See LICENSE.
#if Cluster
  import ApusLaunchers
  import ArgumentParser
  import Foundation

  /// The options that say what an engine is, how engines start, and what they are given.
  struct EngineStartOptions: ParsableArguments {
    @Option(
      help:
        "How engines start: local, ssh, slurm, srun, mpi, pbs, sge, lsf or htcondor; any other word is a command that starts a local engine, and python means local engines of Python."
    )
    var engines = "local"
    @Option(
      help:
        "What an engine is: python, swift, or a command that finds the controller by IPP_CONNECTION_INFO."
    )
    var engine = "python"
    @Option(help: "The interpreter of Python engines. (default: that of the active environment)")
    var python: String?
    @Option(help: "The hosts of --engines ssh and their engines: smeagol:2,radagast:2.")
    var hosts: String?
    @Option(
      help: "Go on with at least this number of engines if others are missing after --timeout.")
    var atLeast: Int?
    @Option(name: [.long, .customLong("queue")], help: "The partition or queue of the job.")
    var partition: String?
    @Option(help: "The account or project that the job is charged to.") var account: String?
    @Option(help: "The time limit of the job, as the scheduler writes it: 02:00:00.")
    var time: String?
    @Option(help: "The memory of each engine, as the scheduler writes it: 4G.")
    var memory: String?
    @Option(
      help:
        "The ports of the controller, 14 of them, for firewalls: 10000-10013. (default: any that are free)"
    )
    var ports: String?
    @Option(help: "The number of cores of each engine elsewhere. (default: 1)") var cores: Int?

    @Flag(
      inversion: .prefixedNo,
      help: "Request new jobs for engines whose jobs have ended, as long as the cluster runs.")
    var replace = true
    @OptionGroup var demand: EngineDemandOptions

    func validate() throws {
      if demand.isGiven, BatchSystem.named(engines)?.isDescription ?? true {
        throw ValidationError(
          "--max is for jobs of Slurm, PBS, Grid Engine or LSF, not for --engines \(engines)")
      }
      if let atLeast, atLeast < 1 {
        throw ValidationError("--at-least must be a number of engines from 1 on")
      }
      if let cores, cores < 1 { throw ValidationError("--cores must be a number from 1 on") }
      if let ports, Self.count(ofPorts: ports) < 14 {
        throw ValidationError("--ports must be a range of 14 ports or more: 10000-10013")
      }
      if engines == "ssh", hosts == nil {
        throw ValidationError("--engines ssh needs hosts: --hosts smeagol:2,radagast:2")
      }
      if engines != "ssh", hosts != nil {
        throw ValidationError("--hosts is for --engines ssh, not for --engines \(engines)")
      }
      let words = [("partition", partition), ("account", account), ("time", time)]
      let isBatch = BatchSystem.named(engines) != nil
      if !isBatch, let (name, _) = words.first(where: { $0.1 != nil }) {
        throw ValidationError(
          "--\(name) is for jobs; give options for srun, mpiexec or ssh after --")
      }
      for (name, value) in words + [("memory", memory)] where value?.contains("\n") ?? false {
        throw ValidationError("--\(name) must be one line")
      }
    }

    private static func count(ofPorts text: String) -> Int {
      let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
      guard ends.count == 2, ends[0] > 0, ends[1] <= 65_535 else { return 0 }
      return ends[1] - ends[0] + 1
    }

    /// How engines start.
    ///
    /// - Parameter count: the number of engines, if the user has given one.
    func way(_ count: Int?) throws -> EngineStart {
      switch engines {
      case "ssh":
        let hosts = try HostSlots.parse(hosts ?? "")
        let hasNumbers = self.hosts?.contains(":") ?? false
        guard let count else { return .ssh(hosts) }
        if hasNumbers, hosts.reduce(0, { $0 + $1.engines }) != count {
          throw ToolError.input(
            "-n \(count) is not the sum of the engines in --hosts; leave one of them out")
        }
        return .ssh(hasNumbers ? hosts : HostSlots.spread(hosts, over: count))
      case "srun": return .srun
      case "mpi": return .mpi
      default: return BatchSystem.named(engines).map { .batch($0) } ?? .local
      }
    }

    /// Refuses what cannot work in this way of starting engines.
    ///
    /// - Parameters:
    ///   - restarts: whether engines that end are to be started again.
    ///   - log: the folder of logs, which is a part of scripts.
    func check(_ way: EngineStart, _ count: Int?, restarts: Bool, log: String) throws {
      guard way.isRemote else { return }
      if way.engines(count) == nil, !demand.isGiven {
        throw ToolError.input("--engines \(way.name) needs the number of engines: -n 8")
      }
      guard case .batch(let system) = way else {
        if restarts, way == .srun || way == .mpi {
          throw ToolError.input(
            "--restart-engines is for local engines and ssh, not for \(way.name)")
        }
        return
      }
      if restarts {
        throw ToolError.input(
          "--restart-engines is for local engines and ssh; of jobs the scheduler decides")
      }
      if let option = system.unsupported(resources([])).first {
        throw ToolError.input(
          "\(system.name) has no --\(option == "queue" ? "partition" : option); give an option of its own after --"
        )
      }
      guard log.allSatisfy({ !$0.isWhitespace && !"%*$\"'".contains($0) }) else {
        throw ToolError.input(
          "the folder of logs is a part of the job's script and must have no spaces, quotes, % or *: \(log)"
        )
      }
    }

    /// What schedulers are asked for.
    func resources(_ options: [String]) -> EngineResources {
      var resources = EngineResources()
      (resources.queue, resources.account, resources.time) = (partition, account, time)
      (resources.memory, resources.cores, resources.options) = (memory, cores, options)
      return resources
    }

    /// What an engine is: `python`, `swift` or a command.
    var kind: String {
      let isKnown = EngineStart.names.contains(engines) || engines == "python"
      return isKnown ? engine : engines
    }

    /// The command of an engine.
    ///
    /// - Parameters:
    ///   - timeout: how long an engine waits for the controller, in seconds.
    ///   - checks: whether to make sure that Python has what it needs here.
    func engineWords(
      _ environment: [String: String], timeout: Double, _ way: EngineStart, checks: Bool
    ) throws -> [String] {
      switch kind {
      case "python":
        let words = try pythonWords(environment, checks: checks && !way.isRemote)
        return way.isRemote ? words + ["--timeout=\(Int(timeout.rounded(.up)))"] : words
      case "swift":
        return [
          try ClusterStartCommand.ownPath(), "engine", "--timeout=\(Int(timeout.rounded(.up)))",
        ]
      case let command:
        let words = try ShellWords.split(command)
        guard !words.isEmpty else { throw ToolError.input("the command of the engines is empty") }
        return words
      }
    }

    private func pythonWords(_ environment: [String: String], checks: Bool) throws -> [String] {
      let interpreter =
        python ?? environment["VIRTUAL_ENV"].map { $0 + "/bin/python" } ?? "python3"
      guard checks else { return [interpreter, "-m", "ipyparallel.engine"] }
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
            + "choose another kind of engine with --engine")
      }
      return [interpreter, "-m", "ipyparallel.engine"]
    }
  }

  extension EngineStart {
    /// The number of engines, if it is known.
    func engines(_ count: Int?) -> Int? {
      guard case .ssh(let hosts) = self else { return count }
      return hosts.reduce(0) { $0 + $1.engines }
    }
  }
#endif
