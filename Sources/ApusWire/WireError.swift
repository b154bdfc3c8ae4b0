// Part of Apus, Apache-2.0. See LICENSE.

/// The reason why bytes were refused as a message or as a connection file.
package struct WireError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kind of fault.
  package struct Code: Sendable, Hashable {
    private enum Value { case notAMessage, wrongSignature, replayed, malformed, tooLarge, unusable }
    private let value: Value

    /// The frames lack the delimiter or one of the five frames after it.
    package static let notAMessage = Code(value: .notAMessage)
    /// The signature does not match the key.
    package static let wrongSignature = Code(value: .wrongSignature)
    /// The signature was seen before.
    package static let replayed = Code(value: .replayed)
    /// A frame is not valid JSON, or not the JSON that is expected.
    package static let malformed = Code(value: .malformed)
    /// A limit is exceeded.
    package static let tooLarge = Code(value: .tooLarge)
    /// A connection file cannot be used.
    package static let unusable = Code(value: .unusable)
  }

  package let code: Code
  /// What was wrong and where.
  package let message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  package var description: String { message }
}
