// Part of Apus, Apache-2.0. See LICENSE.
import Synchronization

/// Worker processes: copies of this program that run remote functions.
///
/// A program that maps in worker processes has one line at the start of its main:
///
/// ```swift
/// WorkerProcesses.enter()
/// ```
/// In a worker that line never returns.
public enum WorkerProcesses {
  /// The first argument of a worker.
  static let argument = "--apus-worker"
  /// The first argument of a program that is to be an engine of a cluster.
  package static let engineArgument = "--apus-engine"
  /// The first argument of a program that is to be a node of job servers.
  package static let nodeArgument = "--apus-node"
  /// The variable that a worker has in its environment.
  static let variable = "APUS_WORKER"

  /// Makes this program able to be its own worker; to be called at the start of main, before anything else.
  ///
  /// In a worker process it runs tasks and then ends the process; otherwise it returns at once.
  ///
  /// A worker finds a function by the name that the compiler gave to its type. Types that have no such name for others, because they
  /// are `private` or declared within a function, are named here:
  ///
  /// ```swift
  /// WorkerProcesses.enter(functions: ["square": Square.self])
  /// ```
  /// - Parameter functions: types of functions by names of your choice; the workers must know them by the same names.
  public static func enter(functions: [String: any RemoteFunction.Type] = [:]) {
    enter(functions: functions, mayBeEngine: false)
  }

  /// - Parameter mayBeEngine: whether the caller runs engines.
  package static func enter(functions: [String: any RemoteFunction.Type], mayBeEngine: Bool) {
    RegisteredFunctionsStorage.register(functions)
    EntryStorage.isEntered.store(true, ordering: .relaxed)
    let arguments = CommandLine.arguments
    if !mayBeEngine, arguments.count > 1, [engineArgument, nodeArgument].contains(arguments[1]) {
      System.writeError(
        "This program cannot be an engine or a node: it must import ApusCluster, and call Cluster.enter() in place of WorkerProcesses.enter().\n"
      )
      System.exit(64)
    }
    guard arguments.count > 1, arguments[1] == argument, System.environment(variable) != nil else {
      return
    }
    guard var worker = WorkerMain(arguments: Array(arguments.dropFirst(2))) else {
      System.exit(64)
    }
    do {
      try worker.run()
      System.flush()
      System.exit(0)
    } catch {
      System.exit(65)
    }
  }

  /// Writes a line to the standard output at once.
  package static func writeLine(_ text: String) {
    print(text)
    System.flush()
  }

  /// Writes a text to the standard error.
  package static func writeError(_ text: String) { System.writeError(text) }

  /// The path under which this program starts as a worker.
  ///
  /// - Throws: ``WorkerError`` unless it can be its own worker.
  package static func ownProgram() throws -> String {
    guard EntryStorage.isEntered.load(ordering: .relaxed) else {
      throw WorkerError(
        .notEntered,
        "This program cannot be its own worker yet: call WorkerProcesses.enter() at the start of its main, before anything else."
      )
    }
    guard let program = System.ownProgram else {
      throw WorkerError(.systemRefused, "The system does not say how to start this program again.")
    }
    return program
  }
}
