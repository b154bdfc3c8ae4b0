// Part of Apus, Apache-2.0. See LICENSE.

/// What the metadata of an engine's reply say about how it went.
package struct ReplyMetadata: Sendable, Hashable {
  package enum Status: Sendable, Hashable { case ok, error, aborted }

  /// How it went; an engine that does not say has succeeded.
  package var status = Status.ok
  /// False if the engine cannot run it and another is to try.
  package var areDependenciesMet = true
  /// The engine, by uuid.
  package var engine = ""
  package var started: WireDate?
  package var isBroadcast = false
  package var isCoalescing = false
  /// The name that a broadcast had before each engine's copy got its own.
  package var originalID = ""

  package init() {}

  /// Reads a metadata frame.
  ///
  /// - Parameter details: whether more than status and dependencies is wanted.
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
      } else if !details {
        continue
      } else if bytes.holds("engine", at: member.key) {
        engine = bytes.text(member.value) ?? ""
      } else if bytes.holds("started", at: member.key) {
        started = bytes.text(member.value).flatMap(WireDate.init)
      } else if bytes.holds("is_broadcast", at: member.key) {
        isBroadcast = bytes.holds("true", at: member.value)
      } else if bytes.holds("is_coalescing", at: member.key) {
        isCoalescing = bytes.holds("true", at: member.value)
      } else if bytes.holds("original_msg_id", at: member.key) {
        originalID = bytes.text(member.value) ?? ""
      }
    }
  }
}
