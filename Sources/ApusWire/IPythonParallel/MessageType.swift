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

extension MessageType {
  /// The requests that engines answer; others would occupy an engine for ever, because it ignores them.
  private static let answered: Set<String> = [
    "abort_request", "apply_request", "clear_request", "comm_info_request", "complete_request",
    "connect_request", "create_subshell_request", "debug_request", "delete_subshell_request",
    "execute_request", "history_request", "inspect_request", "interrupt_request",
    "is_complete_request", "kernel_info_request", "list_subshell_request", "shutdown_request",
    "signal_request",
    "usage_request",
  ]

  /// Whether engines answer such a request.
  package var isAnsweredByEngines: Bool {
    self == .applyRequest || Self.answered.contains(rawValue)
  }
}
