// Part of Apus, Apache-2.0. See LICENSE.

/// An error in reading or writing a matrix file.
public struct MatrixFileError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kind of error; later versions may add more.
  public struct Code: Sendable, Hashable {
    private enum Kind: Sendable, Hashable { case unreadable, unwritable, format, unsupported }
    private let kind: Kind

    /// The file cannot be opened or read to its end.
    public static let unreadable = Code(kind: .unreadable)
    /// The file cannot be written to its end.
    public static let unwritable = Code(kind: .unwritable)
    /// The contents do not follow the format.
    public static let format = Code(kind: .format)
    /// The contents are valid, but not a matrix of numbers.
    public static let unsupported = Code(kind: .unsupported)
  }

  /// The kind of error.
  public let code: Code
  /// The problem, where it occurred and, where there is one, a remedy.
  public let message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The message.
  public var description: String { message }
}
