// Part of Apus, Apache-2.0. See LICENSE.

/// Creates the messages of one session and numbers them.
package struct MessageMaker: Sendable {
  /// The random name of this session.
  package let session: String
  private let prefix: String
  /// The part of all headers between the type and the date.
  private let middle: [UInt8]
  private var count = 0

  /// The end of all headers, with the version of Jupyter's message format, which no peer checks.
  private static let ending = Array("\",\"version\":\"5.4\"}".utf8)

  package init(session: String, process: Int, username: String) {
    self.session = session
    prefix = "\(session)_\(process)_"
    let names = "\"username\":\(JSONText.string(username)),\"session\":\(JSONText.string(session))"
    middle = Array(",\(names),\"date\":\"".utf8)
  }

  /// The ID of the next message.
  package mutating func nextID() -> MessageID {
    defer { count += 1 }
    return MessageID(prefix + String(count))
  }

  package mutating func header(_ type: MessageType, date: WireDate) -> [UInt8] {
    header(type, id: nextID(), date: date)
  }

  package func header(_ type: MessageType, id: MessageID, date: WireDate) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(96 + id.text.utf8.count + type.rawValue.utf8.count + middle.count)
    bytes += "{\"msg_id\":".utf8
    bytes += JSONText.string(id.text).bytes
    bytes += ",\"msg_type\":".utf8
    bytes += JSONText.string(type.rawValue).bytes
    bytes += middle
    bytes += date.utf8
    bytes += Self.ending
    return bytes
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
