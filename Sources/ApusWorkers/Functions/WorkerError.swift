// Part of Apus, Apache-2.0. See LICENSE.

/// Why a map could not run, or not to its end, for a reason that is not one of its tasks.
public struct WorkerError: Error, Hashable, CustomStringConvertible {
  /// The kind of an error.
  public enum Code: String, Sendable, Hashable {
    /// The program did not call ``WorkerProcesses/enter(functions:)`` at the start of its main.
    case notEntered
    /// The system did not start a process, or gave no memory for it.
    case systemRefused
    /// Workers ended before they had finished anything.
    case workersDoNotStart
    /// A function's type cannot be found by name in another process.
    case functionNotFound
    /// A function could not prepare a process for its tasks.
    case notPrepared
    /// Workers run another build of this program.
    case otherBuild
    /// A function draws random numbers, but the map was given no streams.
    case missingStreams
    /// A checkpoint belongs to another run, is in use, or cannot be written.
    case checkpoint
    /// There is no engine in the cluster that can run the map.
    case noEngines
    /// The controller of the cluster does not answer any more.
    case controllerLost
    /// Options contradict each other or make no sense.
    case invalidOptions
  }

  /// The kind.
  public let code: Code
  /// What was wrong and what to do.
  public let message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The exit status of a worker that could not be prepared.
  static let notPreparedStatus = 70

  /// A function could not prepare a process.
  static func notPrepared<Function>(_ type: Function.Type, _ error: any Error) -> WorkerError {
    WorkerError(.notPrepared, "\(type) could not be prepared: \(error)")
  }

  /// Workers have ended one after the other without having begun a task.
  static func fruitless(
    deaths: Int, wereReady: Bool, cause: RemoteFailure.Cause, _ words: String
  ) -> WorkerError {
    let when =
      wereReady
      ? "before they had begun a task; the function or an element may be what ends them."
      : "before they were ready; is WorkerProcesses.enter() the first line of main?"
    let last = words.isEmpty ? "It wrote nothing." : "It wrote:\n\(words)"
    if cause == .exited(status: notPreparedStatus) {
      return WorkerError(
        .notPrepared, "\(deaths) workers in a row could not be prepared. The last one: \(last)")
    }
    return WorkerError(
      .workersDoNotStart,
      "\(deaths) workers in a row ended \(when) The last one: \(cause). \(last)")
  }

  /// The message.
  public var description: String { message }
}
