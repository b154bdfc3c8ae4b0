// Part of Apus, Apache-2.0. See LICENSE.
import ApusProcess
package import ApusTransport

/// A cluster to start: where, how many engines, and the commands of controller and engines.
package struct ClusterPlan: Sendable, Hashable {
  package var profile: Profile
  package var engines: Int
  /// The program of an engine and its arguments; it finds its connection by environment variables.
  package var engineCommand: [String]
  package var controllerCommand: [String]
  /// Environment variables for all of them.
  package var environment: [String: String]
  /// The number of cores that the engines share.
  package var cores: Int
  /// The launcher's own log, if it has one.
  package var log: String?
  /// How long the cluster goes on without any engine; nil for as long as it takes.
  package var emptyLimit: Duration? = .seconds(60)
  /// Whether engines that die are started again.
  package var restartsEngines = false
  /// Whether new jobs are requested for engines whose jobs have ended.
  package var replacesJobs = true
  /// How many engines are requested as the queue needs; nil if their number is fixed.
  package var demand: DemandLimits?
  /// When the allocation ends in which a step is started, in seconds since 1970; nil if that is not known.
  package var allocationEnd: Int?
  /// How engines are started.
  package var start = EngineStart.local
  /// What is asked for beside the engines.
  package var resources = EngineResources()
  /// The number of engines with which the cluster is ready at the latest moment; nil for all.
  package var leastEngines: Int?

  package init(
    profile: Profile, engines: Int, engineCommand: [String], controllerCommand: [String],
    environment: [String: String], cores: Int
  ) {
    self.profile = profile
    self.engines = engines
    self.engineCommand = engineCommand
    self.controllerCommand = controllerCommand
    self.environment = environment
    self.cores = cores
  }

  /// The environment variable that marks all processes of a cluster, whichever process started them.
  package static let marker = "APUS_CLUSTER_TOKEN"

  /// Environment variables that limit the threads of libraries, set for engines unless the user has set them.
  package static let threadVariables = [
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS", "NUMEXPR_NUM_THREADS", "APUS_NUM_THREADS",
  ]

  /// Whether engines are of Swift, which know what a warning of their scheduler means; it would end others.
  package var startsSwiftEngines: Bool {
    engineCommand.contains("--apus-engine") || engineCommand.dropFirst().first == "engine"
  }

  /// Whether the controller keeps a journal, from which another one goes on.
  package var keepsJournal: Bool {
    let known = ["--journal", "--journal-sync", "--no-journal", Self.ownJournal]
    return controllerCommand.last { known.contains($0) }.map { $0 != "--no-journal" } ?? false
  }

  /// The controller's option for a journal that lives as long as the cluster; one that the user has asked for outlives it, as do
  /// the connection files.
  package static let ownJournal = "--Journal.enabled=True"

  /// Whether connection files and journal are kept when the cluster ends.
  var keepsFiles: Bool {
    let known = ["--reuse", "--restore", "--journal", "--journal-sync"]
    return controllerCommand.contains { known.contains($0) }
  }

  /// The number of threads that each engine may use.
  package var threadsOfEngine: Int { max(1, cores / max(1, engines)) }

  /// The environment of the controller.
  package func controllerEnvironment(token: String) -> [String: String] {
    var variables = environment
    variables[Self.marker] = token
    variables["IPP_PROFILE_DIR"] = profile.directory
    variables["IPP_CLUSTER_ID"] = profile.clusterID
    LargePages.request(in: &variables)
    return variables
  }

  /// The environment of an engine.
  package func engineEnvironment(token: String) -> [String: String] {
    var variables = controllerEnvironment(token: token)
    for name in Self.threadVariables where variables[name] == nil {
      variables[name] = String(threadsOfEngine)
    }
    return variables
  }

  /// How to start the controller, which reports through a pipe when it is ready.
  func controllerLaunch(token: String, output: String, report: Int32) -> LaunchPlan {
    var environment = controllerEnvironment(token: token)
    environment[ReportPipe.variable] = "3"
    return LaunchPlan(
      role: .controller, command: controllerCommand, environment: environment, output: output,
      report: report)
  }
}
