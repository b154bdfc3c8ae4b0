// Part of Apus, Apache-2.0. See LICENSE.

/// Why bytes are not a message that can be trusted or understood.
package struct WireError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is wrong.
  package struct Code: Sendable, Hashable {
    private enum Value { case notAMessage, wrongSignature, replayed, malformed, tooLarge, unusable }
    private let value: Value

    /// The frames lack the delimiter or one of the five frames after it.
    package static let notAMessage = Code(value: .notAMessage)
    /// The signature is not that of the key.
    package static let wrongSignature = Code(value: .wrongSignature)
    /// The signature was seen before.
    package static let replayed = Code(value: .replayed)
    /// A frame is not the JSON that it should be.
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
