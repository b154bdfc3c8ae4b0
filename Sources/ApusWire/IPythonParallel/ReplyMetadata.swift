// Part of Apus, Apache-2.0. See LICENSE.

/// The metadata of an engine's reply: how the request went.
package struct ReplyMetadata: Sendable, Hashable {
  package enum Status: Sendable, Hashable { case ok, error, aborted }

  /// The outcome; success if the engine does not say.
  package var status = Status.ok
  /// False if the engine cannot run the task and another should try.
  package var areDependenciesMet = true
  /// Why the engine cannot run the task, if it says so; Swift engines do.
  package var reason: String?
  /// The engine that replied, if the reply names it.
  package var engine: EngineID?
  package var started: WireDate?
  package var isBroadcast = false
  package var isCoalescing = false
  /// The ID of the broadcast, of which each engine's copy has an ID of its own.
  package var originalID: MessageID?

  /// The member that holds ``reason``.
  package static let reasonName = "apus_reason"

  package init() {}

  /// Parses a metadata frame.
  ///
  /// - Parameter details: whether to read more than status and dependencies.
  package init(_ bytes: Span<UInt8>, details: Bool = true) throws(WireError) {
    guard bytes.count <= JSONValue.longest else {
      throw WireError(.tooLarge, "metadata of \(bytes.count) bytes")
    }
    var members = try JSONMembers(bytes)
    while let member = try members.next(bytes) {
      if bytes.holds("status", at: member.key) {
        status =
          bytes.holds("\"ok\"", at: member.value)
          ? .ok : bytes.holds("\"aborted\"", at: member.value) ? .aborted : .error
      } else if bytes.holds("dependencies_met", at: member.key) {
        areDependenciesMet = !bytes.holds("false", at: member.value)
      } else if bytes.holds("apus_reason", at: member.key) {
        reason = bytes.text(member.value)
      } else if !details {
        continue
      } else if bytes.holds("engine", at: member.key) {
        engine = bytes.text(member.value).map { EngineID($0) }
      } else if bytes.holds("started", at: member.key) {
        started = bytes.text(member.value).flatMap(WireDate.init)
      } else if bytes.holds("is_broadcast", at: member.key) {
        isBroadcast = bytes.holds("true", at: member.value)
      } else if bytes.holds("is_coalescing", at: member.key) {
        isCoalescing = bytes.holds("true", at: member.value)
      } else if bytes.holds("original_msg_id", at: member.key) {
        originalID = bytes.text(member.value).map { MessageID($0) }
      }
    }
  }
}
