// Part of Apus, Apache-2.0. See LICENSE.

/// The part of a message header that a controller reads; the rest is forwarded unread.
package struct MessageHeader: Sendable, Hashable {
  package var id: MessageID
  package var type: MessageType
  package var session: String
  /// When the message was created, if the header says so.
  package var date: WireDate?

  package init(id: MessageID, type: MessageType, session: String, date: WireDate? = nil) {
    self.id = id
    self.type = type
    self.session = session
    self.date = date
  }

  /// The size limit of a header or parent header, in bytes.
  package static let longestFrame = 1 << 20

  /// Parses a header frame.
  ///
  /// - Parameter details: whether to read session and date too, which is not needed to forward a message.
  /// - Throws: `malformed` unless the frame is an object with `msg_id` and `msg_type`; `tooLarge`.
  package init(_ bytes: Span<UInt8>, details: Bool = true) throws(WireError) {
    guard bytes.count <= Self.longestFrame else {
      throw WireError(.tooLarge, "a header of \(bytes.count) bytes")
    }
    var (id, type, session, date): (String?, String?, String?, String?)
    var members = try JSONMembers(bytes)
    while let member = try members.next(bytes) {
      if bytes.holds("msg_id", at: member.key) {
        id = bytes.text(member.value)
      } else if bytes.holds("msg_type", at: member.key) {
        type = bytes.text(member.value)
      } else if !details {
        continue
      } else if bytes.holds("session", at: member.key) {
        session = bytes.text(member.value)
      } else if bytes.holds("date", at: member.key) {
        date = bytes.text(member.value)
      }
    }
    guard let id, let type else {
      throw WireError(.malformed, "a header without msg_id and msg_type")
    }
    guard id.utf8.count <= MessageID.longest, type.utf8.count <= MessageID.longest,
      (session?.utf8.count ?? 0) <= MessageID.longest
    else { throw WireError(.tooLarge, "a header field longer than \(MessageID.longest) bytes") }
    self.init(
      id: MessageID(id), type: MessageType(type), session: session ?? "",
      date: date.flatMap(WireDate.init))
  }

  /// Reads only the `msg_id` of a header, which is all that a reply's parent header is needed for.
  ///
  /// - Returns: nil if there is none, as in an empty object.
  package static func id(_ bytes: Span<UInt8>) throws(WireError) -> MessageID? {
    guard bytes.count <= longestFrame else {
      throw WireError(.tooLarge, "a header of \(bytes.count) bytes")
    }
    var members = try JSONMembers(bytes)
    var id: String?
    while let member = try members.next(bytes) {
      if bytes.holds("msg_id", at: member.key) { id = bytes.text(member.value) }
    }
    guard let id else { return nil }
    guard id.utf8.count <= MessageID.longest else {
      throw WireError(.tooLarge, "a msg_id of \(id.utf8.count) bytes")
    }
    return MessageID(id)
  }
}
