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
  init(_ envelope: Envelope, _ header: MessageHeader, peerAddress: String?) throws(WireError) {
    self.header = header
    parent = envelope.header
    client = ClientID(envelope.parcel.bytes(0))
    content = try envelope.readContent()
    self.peerAddress = peerAddress
  }
}

extension MessageExchange {
  /// Answers a query with success.
  ///
  /// - Parameter rest: members of the answer that are written already.
  mutating func reply(
    to query: Query, _ members: [(String, JSONText)],
    followedBy rest: JSONListText = JSONListText(),
    buffersOf envelopes: [Envelope] = []
  ) {
    var content = JSONListText()
    content.append(name: "status", .string("ok"))
    for (name, value) in members { content.append(name: name, value) }
    if !rest.bytes.isEmpty { content.append(JSONText(trusted: rest.bytes)) }
    let message = message(query.header.type.reply, content.object, parent: query.parent)
    send(message, to: [query.client.bytes], buffersOf: envelopes, on: .query)
  }

  /// Answers a query with an error, as a reply to it or as an error of the controller.
  mutating func reply(to query: Query, _ error: RemoteError, as type: MessageType? = nil) {
    send(
      type ?? query.header.type.reply, error.content, parent: query.parent,
      to: [query.client.bytes], on: .query)
  }
}
