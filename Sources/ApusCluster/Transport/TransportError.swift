// Part of Apus, Apache-2.0. See LICENSE.

/// What libzmq or the system refused.
package struct TransportError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What was tried.
  package let action: String
  /// The system's or libzmq's number.
  package let number: Int32
  /// Its text.
  package let reason: String

  package init(_ action: String, number: Int32, reason: String) {
    self.action = action
    self.number = number
    self.reason = reason
  }

  package var description: String { "cannot \(action): \(reason)" }
}
