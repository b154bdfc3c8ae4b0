// Part of Apus, Apache-2.0. See LICENSE.

/// Why a BLAS library cannot be used.
public enum BLASError: Error, Sendable, Hashable {
  /// No file was found: what was looked for and why each was refused.
  case backendNotFound(name: String, tried: [String])
  /// The dynamic loader refused the file.
  case notLoadable(path: String, reason: String)
  /// The file is no BLAS: it lacks this routine.
  case symbolMissing(path: String, symbol: String)
  /// The library computed something wrong when it was tried.
  case failedSelfTest(path: String, operation: String)
  /// A library of this process has an OpenMP that cannot live beside that of this one.
  case conflict(path: String, with: String)
  /// The name is none that ``BLAS/Backend`` knows, and no path.
  case unknownName(String)
}

extension BLASError: CustomStringConvertible {
  /// What was wrong, where, and what to do.
  public var description: String {
    switch self {
    case .backendNotFound(let name, let tried):
      "No library for \(name) was found. Tried: \(tried.joined(separator: "; ")). "
        + "Install it, or name its folder in APUS_BLAS_PATH."
    case .notLoadable(let path, let reason): "\(path) cannot be loaded: \(reason)."
    case .symbolMissing(let path, let symbol): "\(path) is no BLAS: it lacks \(symbol)."
    case .failedSelfTest(let path, let operation):
      "\(path) was refused: its \(operation) gave a wrong result when it was tried."
    case .conflict(let path, let other):
      "\(path) cannot be used in the same process as \(other): the OpenMP libraries of Intel and LLVM may "
        + "end or stop it. Choose one of both for this process."
    case .unknownName(let name):
      "\(name) is no backend (\(BLAS.Backend.names)) and no path of a library."
    }
  }
}
