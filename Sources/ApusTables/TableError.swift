// Part of Apus, Apache-2.0. See LICENSE.

/// An error in the columns of a table, or in the file that they are read from.
public struct TableError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kind of mistake; more may be added.
  public struct Code: Sendable, Hashable {
    private enum Kind: Sendable, Hashable { case shape, values, format, file }
    private let kind: Kind

    /// No columns, no rows, or columns and names whose counts do not match.
    public static let shape = Code(kind: .shape)
    /// A value or a name that is not what was asked for, or not there.
    public static let values = Code(kind: .values)
    /// Text that is not a table.
    public static let format = Code(kind: .format)
    /// A file that cannot be read or written.
    public static let file = Code(kind: .file)
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
