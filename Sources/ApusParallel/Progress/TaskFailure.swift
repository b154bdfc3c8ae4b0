// Part of Apus, Apache-2.0. See LICENSE.

/// The error of one task of a map, with the task's index.
///
/// If several tasks fail, the map throws the failure with the smallest index: the one a serial loop
/// would have met, whatever the number of workers.
public struct TaskFailure: Error, CustomStringConvertible {
  /// The position of the failed element, counted from 0.
  public let index: Int
  /// The error that the closure threw.
  public let underlying: any Error

  /// Makes a failure.
  public init(index: Int, underlying: any Error) {
    self.index = index
    self.underlying = underlying
  }

  /// "Task 7 failed: …".
  public var description: String { "Task \(index) failed: \(underlying)" }
}
