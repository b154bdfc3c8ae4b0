// Part of Apus, Apache-2.0. See LICENSE.
import ApusEngine
import ApusProcess
public import ApusWorkers

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension Cluster {
  /// Makes this program able to be its own engine and worker; to be called at the start of main, before anything else.
  ///
  /// It is `WorkerProcesses.enter(functions:)` and more: started with `--apus-engine` as its first argument, the
  /// program joins a controller as an engine, with the options of `ipengine`, and ends as an engine does; with `--apus-node` it is a
  /// node of job servers (``JobServer``).
  ///
  /// ```swift
  /// Cluster.enter()
  /// ```
  /// - Parameter functions: types of functions by names of your choice, for those that have no name of their own.
  public static func enter(functions: [String: any RemoteFunction.Type] = [:]) {
    WorkerProcesses.enter(functions: functions, mayBeEngine: true)
    let arguments = CommandLine.arguments
    let words = Array(arguments.dropFirst(2))
    switch arguments.dropFirst().first {
    case WorkerProcesses.engineArgument: exit(runEngine(words))
    case WorkerProcesses.nodeArgument: exit(runNode(words))
    default: return
    }
  }

  /// Runs this process as a node until its end.
  ///
  /// - Returns: the exit status.
  private static func runNode(_ words: [String]) -> Int32 {
    if words.contains("--help") {
      print(JobNodeArguments.help)
      return 0
    }
    do {
      let arguments = try JobNodeArguments(words, environment: ClusterEnvironment.all)
      // Jobs, and what they start, do not get the secret.
      let reports = ClusterEnvironment.all[ReportPipe.variable] != nil
      for name in [JobNodeArguments.secretVariable, ReportPipe.variable] { unsetenv(name) }
      try JobNode(arguments: arguments, reports: reports).run()
      return 0
    } catch {
      WorkerProcesses.writeError("apus node: \(error)\n")
      return (error as? ClusterError)?.code == .notStarted ? 1 : 64
    }
  }

  /// Runs this process as an engine until its end.
  ///
  /// - Returns: the exit status.
  package static func runEngine(_ words: [String], version: String = "Apus") -> Int32 {
    func say(_ line: String) { WorkerProcesses.writeError("apus engine: \(line)\n") }
    do {
      let arguments = try EngineArguments(words)
      if arguments.wantsHelp {
        print(EngineProgram.help)
        return 0
      }
      if arguments.wantsVersion {
        print(version)
        return 0
      }
      if let folder = arguments.values["work-dir"], chdir(folder) != 0 {
        say("cannot change to the folder \(folder)")
        return 64
      }
      StopSignals.block()
      let program = EngineProgram(arguments, environment: ClusterEnvironment.all, say: say)
      // Tasks, and what they start, do not get the cluster's key.
      for name in ["IPP_CONNECTION_INFO", EngineProgram.lifelineVariable] { unsetenv(name) }
      return program.run()
    } catch {
      say("\(error)")
      return 64
    }
  }
}
