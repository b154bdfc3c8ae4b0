// Part of Apus, Apache-2.0. See LICENSE.

/// Why thresholds were not measured or not stored.
public enum CalibrationError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Other processes used so much of the machine that the measurement would be of them.
  case machineIsBusy(cores: Double)
  /// This process may use one thread only, so there is nothing to choose.
  case singleThread(decidedBy: String)
  /// The number of threads of the library cannot be set.
  case fixedThreads(library: String)
  /// There is nowhere to store it.
  case notStored(path: String, reason: String)

  /// What was wrong and what to do.
  public var description: String {
    switch self {
    case .machineIsBusy(let cores):
      let percent = Int((100 * cores).rounded())
      return
        "Other processes used \(percent) % of a core (10 % are allowed). Try again when the machine is idle."
    case .singleThread(let source):
      return "This process may use one thread (\(source)), so there is nothing to calibrate."
    case .fixedThreads(let library):
      return "The number of threads of \(library) cannot be set, so there is nothing to calibrate."
    case .notStored(let path, let reason): return "\(path) cannot be written: \(reason)."
    }
  }
}
