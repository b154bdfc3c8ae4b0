// Part of Apus, Apache-2.0. See LICENSE.

/// What is wrong with a file of a matrix.
public struct MatrixFileError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kind of mistake; more may come.
  public struct Code: Sendable, Hashable {
    private enum Kind: Sendable, Hashable { case unreadable, unwritable, format, unsupported }
    private let kind: Kind

    /// The file cannot be opened or read to its end.
    public static let unreadable = Code(kind: .unreadable)
    /// The file cannot be written to its end.
    public static let unwritable = Code(kind: .unwritable)
    /// The contents are not what the format says.
    public static let format = Code(kind: .format)
    /// The contents are valid, but no matrix of numbers.
    public static let unsupported = Code(kind: .unsupported)
  }

  /// The kind of mistake.
  public let code: Code
  /// What was wrong, where, and what to do.
  public let message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The message.
  public var description: String { message }
}
