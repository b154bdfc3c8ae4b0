// Part of Apus, Apache-2.0. See LICENSE.

/// An error in the input of a statistical function.
public struct StatisticsError: Error, Sendable, Hashable, CustomStringConvertible {
  /// A kind of error; more may be added.
  public struct Code: Sendable, Hashable {
    private enum Kind: Sendable, Hashable { case shape, tooFewRows, notFinite, badOption }
    private let kind: Kind

    /// Columns or targets whose lengths do not match, or none at all.
    public static let shape = Code(kind: .shape)
    /// Fewer rows than the method needs.
    public static let tooFewRows = Code(kind: .tooFewRows)
    /// NaN or infinity where a number is needed.
    public static let notFinite = Code(kind: .notFinite)
    /// An option out of range.
    public static let badOption = Code(kind: .badOption)
  }

  /// The kind of error.
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
