// Part of Apus, Apache-2.0. See LICENSE.

/// Why messages cannot be sent or received.
package struct TransportError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kind of failure.
  package struct Code: Sendable, Hashable {
    private enum Value { case system, addressInUse, timeout, refused }
    private let value: Value

    /// The system or libzmq refused a socket, an option or an address.
    package static let system = Code(value: .system)
    /// Another program listens at the address.
    package static let addressInUse = Code(value: .addressInUse)
    /// The other side did not reply in time.
    package static let timeout = Code(value: .timeout)
    /// The other side refused the request.
    package static let refused = Code(value: .refused)
  }

  package let code: Code
  /// What was tried and why it failed.
  package let message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  package var description: String { message }
}
