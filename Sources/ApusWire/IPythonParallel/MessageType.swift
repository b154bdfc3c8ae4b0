// Part of Apus, Apache-2.0. See LICENSE.

/// The type of a message (`msg_type`), such as `apply_request`.
package struct MessageType: Sendable, Hashable, RawRepresentable, CustomStringConvertible {
  package let rawValue: String

  package init(rawValue: String) { self.rawValue = rawValue }
  package init(_ name: String) { rawValue = name }

  package var description: String { rawValue }

  package static let applyRequest = MessageType("apply_request")
  package static let applyReply = MessageType("apply_reply")
  package static let executeRequest = MessageType("execute_request")
  package static let hubError = MessageType("hub_error")

  /// The type of the reply: `x_reply` for `x_request`, otherwise the type followed by `_reply`.
  package var reply: MessageType {
    let ending = "_request"
    return rawValue.hasSuffix(ending)
      ? MessageType(String(rawValue.dropLast(ending.count)) + "_reply")
      : MessageType(rawValue + "_reply")
  }
}
