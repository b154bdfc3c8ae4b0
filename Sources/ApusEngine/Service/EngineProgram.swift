// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusProcess
import ApusTransport
import ApusWire

/// A program that runs as an engine: from its arguments and environment to its exit status.
package struct EngineProgram {
  /// The variable that names a descriptor whose end is that of the engine.
  package static let lifelineVariable = "APUS_ENGINE_LIFELINE"
  /// The variable that says that the engine is in a job, whose end is none of the user's.
  package static let jobVariable = "APUS_JOB"
  /// How long the connection file may take to appear, as for ipengine.
  private static let fileTimeout = Duration.seconds(10)

  package static let help = """
    Options, those of ipengine:
      --file=FILE         the connection file, ipcontroller-engine.json
      --profile=NAME      the IPython profile (default: default)
      --profile-dir=DIR   the profile's folder (default: $IPP_PROFILE_DIR or that of --profile)
      --cluster-id=ID     the cluster, if the profile has several (default: $IPP_CLUSTER_ID)
      --timeout=SECONDS   how long to wait for the controller (default: 5)
      --location=HOST     the controller's host, if the file has another
      --id=N              the engine's number, if it is free
      --mpi               take the number of the process among those of MPI or srun
      --workers=N         worker processes, each for one task at a time (default: 1)
      --version, --help
    $IPP_CONNECTION_INFO may hold the content of the file. $APUS_ALLOCATION_END and
    $SLURM_JOB_END_TIME say when the job ends, in seconds since 1970: the engine begins nothing
    in its last minute, or after SIGUSR1 or SIGUSR2, and leaves with status 75.
    """

  let arguments: EngineArguments
  let environment: [String: String]
  /// Writes a line for people.
  let say: (String) -> Void

  package init(
    _ arguments: EngineArguments, environment: [String: String], say: @escaping (String) -> Void
  ) {
    (self.arguments, self.environment, self.say) = (arguments, environment, say)
  }

  /// Joins the controller and serves it.
  ///
  /// - Parameter program: what workers run in place of this program; for tests.
  /// - Returns: the exit status.
  package func run(program: String? = nil) -> Int32 {
    for warning in arguments.warnings { say(warning) }
    do {
      switch try serve(program) {
      case .stopped:
        say("stopped")
        return 0
      case .terminated:
        say("stopped")
        return environment[Self.jobVariable] == nil ? 0 : EngineExit.retired
      case .retired:
        say(
          "leaving because the allocation ends or a signal said so; what had not begun was given back"
        )
        return EngineExit.retired
      case .controllerGone:
        say("the controller has not been heard for too long; leaving")
        return EngineExit.controllerGone
      }
    } catch {
      say("\(error)")
      return 1
    }
  }

  /// Joins and serves; if the controller does not answer and another has written the connection file meanwhile, joins that one.
  ///
  /// So an engine that finds the file of a controller that was killed still joins the one that is being started.
  private func serve(_ program: String?) throws -> EngineService.End {
    var settings = try settings(try connectionFile())
    while true {
      let file = settings.file
      do {
        guard try settings.chooseAddress() else { return .terminated }
        let service = try EngineService(settings, program: program)
        return try service.run { say("engine \($0) has joined the controller") }
      } catch let error as TransportError where error.code == .timeout {
        guard var newer = try? connectionFile() else { throw error }
        if let location = arguments.values["location"] { newer.location = location }
        guard newer != file else { throw error }
        say("\(error); trying again with the connection file that another controller has written")
        settings.file = newer
      }
    }
  }

  private func settings(_ file: ConnectionFile) throws -> EngineSettings {
    var settings = EngineSettings(file)
    if let location = arguments.values["location"] { settings.file.location = location }
    settings.workers = arguments.workers
    settings.number = arguments.number ?? (arguments.isMPI ? rank : nil)
    if let timeout = arguments.timeout { settings.timeout = timeout }
    if let lifeline = environment[Self.lifelineVariable].flatMap({ Int32($0) }) {
      settings.lifelines.append(lifeline)
    }
    let (signals, warnings) = (try WakePipe(), try WakePipe())
    try StopSignals.listen { signal in
      if StopSignals.isChildExit(signal) { return }
      (StopSignals.isWarning(signal) ? warnings : signals).wake()
    }
    settings.lifelines.append(signals.reader)
    settings.warnings = warnings
    settings.allocationEnd = AllocationEnd(environment)
    if environment["APUS_NUM_THREADS"] == nil { ThreadBudget.set(settings.workers) }
    return settings
  }

  /// The number of this process among those that were started together.
  private var rank: Int? {
    let names = ["OMPI_COMM_WORLD_RANK", "PMI_RANK", "PMIX_RANK", "SLURM_PROCID"]
    return names.lazy.compactMap { environment[$0].flatMap { Int($0) } }.first
  }

  private func connectionFile() throws -> ConnectionFile {
    let choices = ["file", "profile", "profile-dir", "ipython-dir", "cluster-id"]
    if let text = environment["IPP_CONNECTION_INFO"],
      choices.allSatisfy({ arguments.values[$0] == nil })
    {
      return try ConnectionFile(Array(text.utf8), side: .engine)
    }
    let home = environment["HOME"] ?? "."
    let folder = arguments.values["ipython-dir"] ?? environment["IPYTHONDIR"] ?? home + "/.ipython"
    var profile = Profile(
      directory: arguments.values["profile-dir"]
        ?? (arguments.values["profile"] == nil ? environment["IPP_PROFILE_DIR"] : nil)
          ?? folder + "/profile_" + (arguments.values["profile"] ?? "default"),
      clusterID: arguments.values["cluster-id"] ?? environment["IPP_CLUSTER_ID"] ?? "")
    if let file = arguments.values["file"] {
      profile.fileNames[.engine] = file.hasPrefix("/") ? file : "./" + file
    }
    return try profile.awaitConnectionFile(.engine, timeout: Self.fileTimeout)
  }
}
