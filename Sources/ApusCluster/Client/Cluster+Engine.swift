// Part of Apus, Apache-2.0. See LICENSE.
import ApusEngine
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
  /// program joins a controller as an engine, with the options of `ipengine`, and ends as an engine does.
  ///
  /// ```swift
  /// Cluster.enter()
  /// ```
  /// - Parameter functions: types of functions by names of your choice, for those that have no name of their own.
  public static func enter(functions: [String: any RemoteFunction.Type] = [:]) {
    WorkerProcesses.enter(functions: functions, mayBeEngine: true)
    let arguments = CommandLine.arguments
    guard arguments.count > 1, arguments[1] == WorkerProcesses.engineArgument else { return }
    exit(runEngine(Array(arguments.dropFirst(2))))
  }

  /// Runs this process as an engine until its end.
  ///
  /// - Returns: the exit status.
  package static func runEngine(_ words: [String]) -> Int32 {
    func say(_ line: String) { WorkerProcesses.writeError("apus engine: \(line)\n") }
    do {
      let arguments = try EngineArguments(words)
      if arguments.wantsHelp {
        print(EngineProgram.help)
        return 0
      }
      return EngineProgram(arguments, environment: ClusterEnvironment.all, say: say).run()
    } catch {
      say("\(error)")
      return 64
    }
  }
}
