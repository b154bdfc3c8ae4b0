// Part of Apus, Apache-2.0. See LICENSE.

/// An error in measuring or storing thresholds.
public struct CalibrationError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kind of error; more may be added.
  public struct Code: Sendable, Hashable {
    private enum Kind: Sendable, Hashable {
      case machineIsBusy, singleThread, fixedThreads, notStored
    }
    private let kind: Kind

    /// Other processes used too much of the machine for a valid measurement.
    public static let machineIsBusy = Code(kind: .machineIsBusy)
    /// This process may use one thread only, so there is nothing to choose.
    public static let singleThread = Code(kind: .singleThread)
    /// The number of threads of the library cannot be set.
    public static let fixedThreads = Code(kind: .fixedThreads)
    /// The calibration cannot be stored.
    public static let notStored = Code(kind: .notStored)
  }

  /// The kind of error.
  public let code: Code
  /// The problem and, where there is one, a remedy.
  public let message: String

  private init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The message.
  public var description: String { message }
}

extension CalibrationError {
  /// Other processes used too much of the machine for a valid measurement.
  public static func machineIsBusy(cores: Double) -> CalibrationError {
    let percent = Int((100 * cores).rounded())
    return CalibrationError(
      .machineIsBusy,
      "Other processes used \(percent) % of a core (10 % is allowed). Try again when the machine is idle."
    )
  }

  /// This process may use one thread only, so there is nothing to choose.
  public static func singleThread(decidedBy source: String) -> CalibrationError {
    CalibrationError(
      .singleThread,
      "This process may use one thread (\(source)), so there is nothing to calibrate.")
  }

  /// The number of threads of the library cannot be set.
  public static func fixedThreads(library: String) -> CalibrationError {
    CalibrationError(
      .fixedThreads,
      "The number of threads of \(library) cannot be set, so there is nothing to calibrate.")
  }

  /// The calibration cannot be stored.
  public static func notStored(path: String, reason: String) -> CalibrationError {
    CalibrationError(.notStored, "\(path) cannot be written: \(reason).")
  }
}
