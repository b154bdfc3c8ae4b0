// Part of Apus, Apache-2.0. See LICENSE.

/// Why a cluster cannot be used.
public struct ClusterError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kind of an error.
  public struct Code: Sendable, Hashable {
    private enum Value {
      case unreachable, missingEngines, notStarted, timedOut, unexpected, invalidNode, invalidSecret
    }
    private let value: Value

    /// There is no connection file, or the controller does not answer.
    public static let unreachable = Code(value: .unreachable)
    /// Engines have not joined in time.
    public static let missingEngines = Code(value: .missingEngines)
    /// A reply did not come in time.
    public static let timedOut = Code(value: .timedOut)
    /// A value of Python is not of the kind that was asked for, or cannot be expressed.
    public static let unexpected = Code(value: .unexpected)
    /// The controller or the engines of a local cluster could not be started.
    public static let notStarted = Code(value: .notStarted)
    /// The name or an option of a node makes no sense.
    public static let invalidNode = Code(value: .invalidNode)
    /// The secret of nodes is missing, too short, or readable by others.
    public static let invalidSecret = Code(value: .invalidSecret)
  }

  /// The kind.
  public let code: Code
  /// What was wrong and what to do.
  public let message: String

  init(_ code: Code, _ message: String) { (self.code, self.message) = (code, message) }

  /// The message.
  public var description: String { message }
}
