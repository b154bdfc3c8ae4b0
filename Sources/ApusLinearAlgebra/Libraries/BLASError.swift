// Part of Apus, Apache-2.0. See LICENSE.

/// An error in finding, loading or testing a BLAS library.
public struct BLASError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kind of error; more may be added.
  public struct Code: Sendable, Hashable {
    private enum Kind: Sendable, Hashable {
      case backendNotFound, notLoadable, symbolMissing, failedSelfTest, conflict, unknownName
    }
    private let kind: Kind

    /// No file of the library was found.
    public static let backendNotFound = Code(kind: .backendNotFound)
    /// The dynamic loader refused the file.
    public static let notLoadable = Code(kind: .notLoadable)
    /// The file is not a BLAS library: it lacks a routine.
    public static let symbolMissing = Code(kind: .symbolMissing)
    /// The library gave a wrong result in the self-test.
    public static let failedSelfTest = Code(kind: .failedSelfTest)
    /// The library's OpenMP runtime conflicts with one that this process has loaded.
    public static let conflict = Code(kind: .conflict)
    /// The name is neither that of a backend nor a path.
    public static let unknownName = Code(kind: .unknownName)
  }

  /// The kind of error.
  public let code: Code
  /// The problem, where it occurred and, where there is one, a remedy.
  public let message: String

  private init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The message.
  public var description: String { message }
}

extension BLASError {
  /// No file was found; `tried` lists where it was looked for.
  public static func backendNotFound(name: String, tried: [String]) -> BLASError {
    BLASError(
      .backendNotFound,
      "No library for \(name) was found. Tried: \(tried.joined(separator: "; ")). "
        + "Install it, or name its folder in APUS_BLAS_PATH.")
  }

  /// The dynamic loader refused the file.
  public static func notLoadable(path: String, reason: String) -> BLASError {
    BLASError(.notLoadable, "\(path) cannot be loaded: \(reason).")
  }

  /// The file is not a BLAS library: it lacks this routine.
  public static func symbolMissing(path: String, symbol: String) -> BLASError {
    BLASError(.symbolMissing, "\(path) is not a BLAS library: it lacks \(symbol).")
  }

  /// The library gave a wrong result in the self-test.
  public static func failedSelfTest(path: String, operation: String) -> BLASError {
    BLASError(
      .failedSelfTest,
      "\(path) was refused: its \(operation) gave a wrong result in the self-test.")
  }

  /// The library's OpenMP runtime conflicts with one that this process has already loaded.
  public static func conflict(path: String, with other: String) -> BLASError {
    BLASError(
      .conflict,
      "\(path) cannot be used in the same process as \(other): the OpenMP libraries of Intel and LLVM may "
        + "crash or hang it. Choose one of the two for this process.")
  }

  /// The name is neither known to ``BLAS/Backend`` nor a path.
  public static func unknownName(_ name: String) -> BLASError {
    let names = LibraryTable.backendNames.joined(separator: ", ")
    return BLASError(
      .unknownName, "\(name) is neither a backend (\(names)) nor the path of a library.")
  }
}
