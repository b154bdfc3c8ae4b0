// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport

/// Engines that are started by one command: the command, what it reads, and how its engines are told apart.
package struct EngineGroup: Sendable, Hashable {
  /// What people call it: "engine 3", "smeagol", "the step".
  package let name: String
  /// The number of engines.
  package let count: Int
  package let command: [String]
  /// The command's standard input, which may hold secrets; nil for none.
  package var input: String?
  /// Variables for the command.
  package var environment: [String: String]
  /// Distinguishes the lines that say which engine has started; nil where the command is the engine itself.
  package var mark: EngineMark?
  /// The scheduler whose job this is; the command then only submits it.
  package var batch: BatchSystem?
  /// The host of all of its engines; nil if a scheduler chooses.
  package var host: String?
  /// The index of the job's first element.
  package var firstElement = 0
  /// The name of a job, by which it can be found if its number is not printed.
  package var jobName = ""
  /// The name of the scheduler that knows the job.
  var scheduler: String { batch?.name ?? BatchSystem.slurm.name }
  /// The files with its output: one, or one for each engine.
  package let outputs: [String]
  /// The output's path as it is written down, in which `*` may stand for the numbers of engines.
  package let output: String

  package init(
    name: String, count: Int, command: [String], environment: [String: String],
    outputs: [String], output: String? = nil
  ) {
    (self.name, self.count, self.command) = (name, count, command)
    (self.environment, self.outputs) = (environment, outputs)
    self.output = output ?? outputs[0]
  }
}

/// Makes the groups of a cluster's engines: a pure value.
package struct EngineGroups: Sendable {
  let plan: ClusterPlan
  let token: String
  /// The content of the engines' connection file.
  let connection: String
  let mark: EngineMark
  /// The start of the paths of logs.
  let log: String

  /// - Parameters:
  ///   - connection: the content of the engines' connection file.
  ///   - mark: new for each start.
  ///   - log: the start of the paths of logs: `…/log/ipengine`.
  package init(
    _ plan: ClusterPlan, token: String, connection: String, mark: EngineMark, log: String
  ) {
    (self.plan, self.token, self.connection) = (plan, token, connection)
    (self.mark, self.log) = (mark, log)
  }

  /// All groups, in the order in which they are started.
  package var all: [EngineGroup] {
    switch plan.start {
    case .local: (0..<plan.engines).map(local)
    case .ssh(let hosts): hosts.map(ssh)
    case .srun: [step]
    case .mpi: [program]
    case .batch(let system): plan.engines > 0 ? [job(system)] : []
    }
  }

  /// The group of a new job for engines whose jobs have ended; nil if there are no jobs.
  ///
  /// - Parameter mark: new for each start.
  package func replacement(_ count: Int, mark: EngineMark) -> EngineGroup? {
    // HTCondor puts jobs back into its queue itself.
    guard case .batch(let system) = plan.start, !system.isDescription else { return nil }
    var plan = plan
    plan.engines = count
    return EngineGroups(plan, token: token, connection: connection, mark: mark, log: log)
      .job(system)
  }

  private func local(_ number: Int) -> EngineGroup {
    EngineGroup(
      name: "engine \(number)", count: 1, command: plan.engineCommand,
      environment: plan.engineEnvironment(token: token), outputs: ["\(log)-\(number).log"])
  }

  /// The variables by which an engine elsewhere finds its controller.
  private var variables: [String: String] {
    [
      "IPP_CONNECTION_INFO": connection, ClusterPlan.marker: token,
      "IPP_CLUSTER_ID": plan.profile.clusterID,
    ]
  }

  private func ssh(_ host: HostSlots) -> EngineGroup {
    let script = RemoteScript(
      engine: plan.engineCommand, count: host.engines, mark: mark, environment: variables,
      threadVariables: ClusterPlan.threadVariables)
    var group = EngineGroup(
      name: host.host, count: host.engines,
      command: ["ssh"] + plan.resources.options + Self.sshOptions + [host.host, "exec sh -s"],
      environment: plan.engineEnvironment(token: token),
      outputs: ["\(log)-\(host.host.replacing("/", with: "_")).log"])
    (group.input, group.mark, group.host) = (script.text, mark, host.host)
    return group
  }

  /// Nothing waits for a keyboard, and a host that is silent is given up, later than the controller gives up its engines.
  ///
  /// Of two options the first counts, so that these follow those of the user. A connection that others share would not end
  /// with this one.
  private static let sshOptions =
    [
      "BatchMode=yes", "ConnectTimeout=5", "ServerAliveInterval=5", "ServerAliveCountMax=4",
      "ControlMaster=no", "ControlPath=none",
    ]
    .flatMap { ["-o", $0] } + ["-T"]

  /// The environment of a command that passes its own on to the engines.
  private var passedOn: [String: String] {
    var environment = plan.controllerEnvironment(token: token).merging(variables) { $1 }
    for name in ClusterPlan.threadVariables where environment[name] == nil {
      environment[name] = "\(plan.resources.cores ?? 1)"
    }
    return environment
  }

  private func shell(_ number: String, first: Int) -> String {
    "K=\(number); " + mark.starting(plan.engineCommand, first: first)
  }

  /// New for each start.
  private var jobName: String { "apus-" + mark.word.suffix(12) }

  private var step: EngineGroup {
    let cores = plan.resources.cores.map { ["--cpus-per-task=\($0)"] } ?? []
    var group = EngineGroup(
      name: "the step", count: plan.engines,
      // A lost node, or an engine that fails, must not end the others.
      command: [
        "srun", "--job-name=\(jobName)", "--ntasks=\(plan.engines)", "--no-kill",
        "--kill-on-bad-exit=0", "--wait=0",
        "--input=none", "--unbuffered", "--export=ALL",
      ] + cores + plan.resources.options + ["sh", "-c", shell("$SLURM_PROCID", first: 0)],
      environment: passedOn, outputs: ["\(log)-srun.log"])
    (group.mark, group.jobName) = (mark, jobName)
    if let end = plan.allocationEnd { group.environment["APUS_ALLOCATION_END"] = "\(end)" }
    return group
  }

  private var program: EngineGroup {
    var environment = passedOn
    // Open MPI passes on only what it is told to.
    let names = variables.keys.sorted() + ClusterPlan.threadVariables
    environment["OMPI_MCA_mca_base_env_list"] = names.joined(separator: ";")
    // One engine that ends must not end the others.
    environment["OMPI_MCA_orte_abort_on_non_zero_status"] = "0"
    environment["OMPI_MCA_orte_enable_recovery"] = "1"
    var group = EngineGroup(
      name: "mpiexec", count: plan.engines,
      command: ["mpiexec", "-n", "\(plan.engines)"] + plan.resources.options + [
        "sh", "-c", shell("${OMPI_COMM_WORLD_RANK:-${PMI_RANK:-0}}", first: 0),
      ],
      environment: environment, outputs: ["\(log)-mpi.log"])
    group.mark = mark
    return group
  }

  private func job(_ system: BatchSystem) -> EngineGroup {
    let name = jobName
    let first = system.isDescription ? 0 : 1
    let base = "\(log)-\(mark.word.suffix(8))"
    let command =
      system.isDescription
      ? mark.starting(plan.engineCommand, first: first)
      : mark.supervising(
        plan.engineCommand, first: first, passesWarnings: plan.startsSwiftEngines)
    let end = plan.resources.time.flatMap(system.seconds).map { seconds in
      "APUS_ALLOCATION_END=${SLURM_JOB_END_TIME:-$((`date +%s` + \(seconds)))}; export APUS_ALLOCATION_END\n"
    }
    var values = BatchSystem.Values(
      name: name, count: plan.engines, log: base, command: (end ?? "") + command)
    let wanted = plan.resources
    (values.queue, values.account) = (wanted.queue, wanted.account)
    (values.time, values.memory) = (wanted.time, wanted.memory)
    (values.cores, values.options) = (wanted.cores, wanted.options)
    var environment = passedOn
    // Other schedulers show a job's environment to everybody: there, engines read the file.
    if system != .slurm { environment["IPP_CONNECTION_INFO"] = nil }
    var group = EngineGroup(
      name: "the job", count: plan.engines, command: system.submit, environment: environment,
      outputs: (first..<first + plan.engines).map { "\(base)-\($0).log" },
      output: "\(base)-*.log")
    (group.input, group.mark) = (system.script(values), mark)
    (group.batch, group.jobName, group.firstElement) = (system, name, first)
    return group
  }
}
