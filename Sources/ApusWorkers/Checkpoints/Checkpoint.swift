// Part of Apus, Apache-2.0. See LICENSE.

/// A file that keeps a map's finished results, so that a run that was killed goes on where it stopped.
///
/// The same call on the same elements resumes: it computes what is missing and returns what an undisturbed run returns, bit for
/// bit, also with another number of workers or in another place. More elements may follow those of before. A file of another
/// run is refused, and left as it is; other elements, seeds or indices always are, because results of two runs would mix.
///
/// ```swift
/// let squares = try await (0..<1000).parallelMap(Square(), on: .processes(4), checkpoint: "squares.apus")
/// ```
public struct Checkpoint: Sendable, ExpressibleByStringLiteral {
  /// What may differ between the run that began a file and the one that resumes it.
  public enum Change: String, Sendable, Hashable, CaseIterable {
    /// The program was built anew.
    case build
    /// The function's properties have other values.
    case function
  }

  /// The file.
  public var path: String
  /// Changes that are not refused; default none.
  public var accepting: Set<Change>
  /// Gets one line if a run is resumed or something was damaged; by default it goes to the standard error.
  public var notice: (@Sendable (String) -> Void)?

  /// Names a file, which is made if it does not exist.
  ///
  /// - Parameters:
  ///   - path: a path of the file system.
  ///   - accepting: changes that are not refused.
  public init(_ path: String, accepting: Set<Change> = []) {
    self.path = path
    self.accepting = accepting
  }

  /// Names a file.
  public init(stringLiteral path: String) { self.init(path) }
}
