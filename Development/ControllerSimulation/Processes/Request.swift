// Part of Apus, Apache-2.0. See LICENSE.
import ApusController
import ApusWire

/// A request that an engine is working on, read once.
struct Request {
  let id: MessageID
  let type: MessageType
  let channel: Channel
  let identities: [[UInt8]]
  let message: WireMessage

  /// - Throws: ``WireError`` if it is no message, which would be the controller's fault.
  init(_ frames: [[UInt8]], _ channel: Channel, _ signer: MessageSigner) throws {
    self.channel = channel
    let (identities, message) = try WireMessage.read(frames, signer: signer)
    let header = try MessageHeader(message.header.span)
    (self.identities, self.message) = (identities, message)
    (id, type) = (header.id, header.type)
  }
}
