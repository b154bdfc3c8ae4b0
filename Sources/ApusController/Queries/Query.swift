// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
package import ApusWire

/// A request to the controller itself, with what is needed to answer it.
package struct Query {
  package let header: MessageHeader
  package let parent: [UInt8]
  package let client: ClientID
  package let content: JSONValue
  /// The address that it came from, if known.
  package let peerAddress: String?

  /// - Throws: ``WireError`` `.malformed` if the content is not JSON.
  init(_ query: UnreadQuery) throws(WireError) {
    header = query.header
    parent = query.envelope.header
    client = ClientID(query.envelope.parcel.bytes(0))
    content = try query.envelope.readContent()
    peerAddress = query.peerAddress
  }
}

extension MessageExchange {
  /// Answers a query with success.
  ///
  /// - Parameters:
  ///   - members: the members of the answer after its status.
  ///   - envelopes: messages whose buffers follow.
  mutating func reply(
    to query: Query, _ members: JSONListText, buffersOf envelopes: [Envelope] = []
  ) {
    var content = JSONListText()
    content.append(name: "status", .string("ok"))
    content.append(elementsOf: members)
    send(
      query.header.type.reply, content, parent: query.parent, to: [query.client.bytes],
      buffersOf: envelopes, on: .query)
  }

  /// Answers a query with success.
  mutating func reply(to query: Query, _ members: [(String, JSONText)]) {
    var content = JSONListText()
    for (name, value) in members { content.append(name: name, value) }
    reply(to: query, content)
  }

  /// Answers a query with an error, as a reply to it or as an error of the controller.
  mutating func reply(to query: Query, _ error: RemoteError, as type: MessageType? = nil) {
    send(
      type ?? query.header.type.reply, error.content, parent: query.parent,
      to: [query.client.bytes], on: .query)
  }
}
