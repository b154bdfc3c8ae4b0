// Part of Apus, Apache-2.0. See LICENSE.

/// The failure of one task of a map of a remote function.
public struct RemoteFailure: Error, Sendable, CustomStringConvertible {
  /// Why a task failed.
  public enum Cause: Sendable, Hashable, Codable {
    /// The function threw: the type of the error, and its text.
    case thrown(type: String, text: String)
    /// The worker was ended by a signal while it ran the task.
    case killed(signal: Int)
    /// The worker was ended for its use of memory, in bytes.
    case outOfMemory(used: Int, limit: Int?)
    /// The worker left with an exit status while it ran the task; nil if the system did not say which.
    case exited(status: Int?)
    /// The task took longer than its limit.
    case timedOut(limit: Duration)
    /// The element or the result could not be encoded or decoded.
    case coding(text: String)
    /// The engine that ran the task left its cluster; the text says how.
    case engineLost(text: String)
  }

  /// The index of the task.
  public let index: Int
  /// The element, as text of at most 200 characters.
  public let element: String
  /// How often the task was begun.
  public let attempt: Int
  /// The worker that ran it last.
  public let worker: Int
  /// Why it failed.
  public let cause: Cause
  /// The end of what the worker wrote, where it says more: a backtrace, for one.
  public let output: String
  /// The part of ``output`` that no handler of output has been given.
  package var unshownOutput = ""
  /// The line of Python or R that makes the task's random numbers; nil for a map without streams.
  public let streamLine: String?
  let again: (@Sendable () throws -> any Sendable)?

  /// Runs the task again here, in this process, with the same random numbers.
  ///
  /// - Returns: the function's result.
  /// - Throws: what the function throws.
  public func replay() throws -> any Sendable {
    guard let again else {
      throw WorkerError(.functionNotFound, "Task \(index) is not known in this process.")
    }
    return try again()
  }

  /// The same failure with what only the process that mapped knows.
  func completed(
    element: String, streamLine: String?, again: @escaping @Sendable () throws -> any Sendable
  ) -> RemoteFailure {
    RemoteFailure(
      index: index, element: element, attempt: attempt, worker: worker, cause: cause,
      output: output, unshownOutput: unshownOutput, streamLine: streamLine, again: again)
  }

  /// One line, and the worker's last words under it.
  public var description: String {
    var text = "Task \(index) failed: \(cause)"
    if !element.isEmpty { text += "; element \(element)" }
    text += "; attempt \(attempt), worker \(worker)"
    if let streamLine { text += "; its random numbers: \(streamLine)" }
    if !output.isEmpty { text += "\n" + output }
    return text
  }
}

extension RemoteFailure.Cause: CustomStringConvertible {
  /// What happened, as part of a sentence.
  public var description: String {
    switch self {
    case .thrown(let type, let text): text.isEmpty ? type : "\(type): \(text)"
    case .killed(let signal): "its worker was killed by signal \(signal)\(Self.name(signal))"
    case .outOfMemory(let used, let limit?) where used <= limit:
      "its worker was killed by signal 9, probably for memory: it had \(Self.size(used)) of the \(Self.size(limit)) allowed"
    case .outOfMemory(let used, let limit?):
      "its worker was ended because it had \(Self.size(used)) of the \(Self.size(limit)) allowed"
    case .outOfMemory(let used, nil):
      "its worker was killed by signal 9, probably for memory: it had \(Self.size(used))"
    case .exited(let status?): "its worker left with status \(status)"
    case .exited(nil): "its worker ended, and the system did not say how"
    case .timedOut(let limit): "it took longer than its limit of \(limit)"
    case .coding(let text): text
    case .engineLost(let text): "its engine was lost: \(text)"
    }
  }

  static func name(_ signal: Int) -> String {
    let names = [
      4: "illegal instruction", 5: "trap", 6: "abort", 7: "bus error", 8: "arithmetic error",
      9: "kill", 11: "segmentation fault", 15: "termination",
    ]
    return names[signal].map { " (\($0))" } ?? ""
  }

  private static func size(_ bytes: Int) -> String {
    let (unit, name) = bytes >= 1_000_000_000 ? (1_000_000_000, "GB") : (1_000_000, "MB")
    let tenths = (bytes * 10 + unit / 2) / unit
    return "\(tenths / 10).\(tenths % 10) \(name)"
  }
}
