// Part of Apus, Apache-2.0. See LICENSE.

/// An error in the columns of a table.
public struct TableError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kind of mistake; more may be added.
  public struct Code: Sendable, Hashable {
    private enum Kind: Sendable, Hashable { case shape }
    private let kind: Kind

    /// No columns, no rows, or columns and names whose counts do not match.
    public static let shape = Code(kind: .shape)
  }

  /// The kind of mistake.
  public let code: Code
  /// What was wrong, where, and what to do.
  public let message: String

  /// Makes an error.
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The message.
  public var description: String { message }
}
