// Part of Apus, Apache-2.0. See LICENSE.

/// Makes the messages of one session: counts them and dates them.
package struct MessageMaker: Sendable {
  /// The random name of this session.
  package let session: String
  private let prefix: String
  private let username: String
  private var count = 0

  /// The version of Jupyter's messages; nobody checks it.
  private static let version = "5.4"

  package init(session: String, process: Int, username: String) {
    self.session = session
    self.username = username
    prefix = "\(session)_\(process)_"
  }

  /// A name for the next message.
  package mutating func nextID() -> MessageID {
    defer { count += 1 }
    return MessageID(prefix + String(count))
  }

  package mutating func header(_ type: MessageType, date: WireDate) -> [UInt8] {
    header(type, id: nextID(), date: date)
  }

  package func header(_ type: MessageType, id: MessageID, date: WireDate) -> [UInt8] {
    JSONText(object: [
      ("msg_id", .string(id.text)), ("msg_type", .string(type.rawValue)),
      ("username", .string(username)), ("session", .string(session)),
      ("date", .string(date.description)), ("version", .string(Self.version)),
    ]).bytes
  }

  package mutating func message(
    _ type: MessageType, content: JSONText, parent: [UInt8] = Array("{}".utf8),
    metadata: JSONText = .emptyObject, date: WireDate
  ) -> WireMessage {
    WireMessage(
      header: header(type, date: date), parent: parent, metadata: metadata.bytes,
      content: content.bytes)
  }
}
