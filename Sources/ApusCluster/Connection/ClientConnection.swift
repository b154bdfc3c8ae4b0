// Part of Apus, Apache-2.0. See LICENSE.
package import ApusTransport
package import ApusWire

/// A client's connections to a controller, used by one thread; messages are sent and received as they are.
package final class ClientConnection {
  package let signer: MessageSigner
  package private(set) var maker: MessageMaker
  package let channels: any ClientChannels
  private let clock: any TimeSource

  /// How long ``receive(_:)`` waits for a message.
  package var timeout = Duration.seconds(10)

  /// Connects by sockets.
  ///
  /// - Throws: ``WireError`` if the signature scheme is unknown; ``TransportError`` if the connection must be encrypted
  ///   and this libzmq does not support it.
  package convenience init(_ file: ConnectionFile) throws {
    try self.init(file, channels: ClientSockets(file))
  }

  /// - Parameter session: a name that no other client has.
  /// - Throws: ``WireError`` if the signature scheme is unknown.
  package init(
    _ file: ConnectionFile, channels: any ClientChannels,
    clock: any TimeSource = MonotonicClock(), session: String = RandomName.session(),
    process: Int = LocalHost.processID
  ) throws(WireError) {
    (self.channels, self.clock) = (channels, clock)
    signer = try MessageSigner(key: Array(file.key.utf8), scheme: file.signatureScheme)
    maker = MessageMaker(session: session, process: process, username: "")
  }

  /// Sends a request and returns its identifier.
  @discardableResult
  package func send(
    _ type: String, _ content: JSONText = .emptyObject, metadata: JSONText = .emptyObject,
    to identities: [String] = [], buffers: [[UInt8]] = [], id: MessageID? = nil,
    isRepeated: Bool = false, on channel: String
  ) throws -> MessageID {
    let id = id ?? maker.nextID()
    let header = maker.header(MessageType(type), id: id, date: clock.date)
    let message = WireMessage(
      header: header, parent: Array((isRepeated ? "{\"apus_repeated\":true}" : "{}").utf8),
      metadata: metadata.bytes, content: content.bytes, buffers: buffers)
    let frames = message.frames(identities: identities.map { Array($0.utf8) }, signer: signer)
    try channels.send(Parcel(frames), on: channel)
    return id
  }

  /// Sends a request whose buffers other messages share.
  package func send(
    _ type: MessageType, metadata: JSONText, to engine: EngineID, sharing buffers: SharedBuffers?,
    on channel: String
  ) throws -> MessageID {
    let id = maker.nextID()
    let message = WireMessage(
      header: maker.header(type, id: id, date: clock.date), metadata: metadata.bytes)
    let parcel = Parcel(
      message.frames(identities: [Array(engine.uuid.utf8)], signer: signer))
    if let buffers {
      for index in 0..<buffers.parcel.count { parcel.append(buffers.parcel, index) }
    }
    try channels.send(parcel, on: channel)
    return id
  }

  /// The next message of a channel that is there already.
  ///
  /// - Throws: ``WireError`` for what is no signed message.
  package func next(_ channel: String, _ parcel: Parcel) throws -> WireMessage? {
    guard try channels.receive(channel, into: parcel, milliseconds: nil) else { return nil }
    return try WireMessage.read(parcel.allBytes, signer: signer).message
  }

  /// The next signed message of a channel that is there already; what is none is passed over.
  package func nextSigned(_ channel: String, _ parcel: Parcel) -> WireMessage? {
    while true {
      do {
        return try next(channel, parcel)
      } catch is WireError {
        continue
      } catch {
        return nil
      }
    }
  }

  /// Receives the next message of a channel; nil if none arrives in time.
  package func receive(_ channel: String) throws -> WireMessage? {
    let parcel = Parcel()
    let limit = timeout.milliseconds
    guard try channels.receive(channel, into: parcel, milliseconds: limit) else { return nil }
    return try WireMessage.read(parcel.allBytes, signer: signer).message
  }

  /// Sends a request to the controller and returns the type, content and buffers of the reply; nil if none
  /// arrives in time.
  package func ask(
    _ type: String, _ content: JSONText = .emptyObject
  ) throws -> (type: String, content: JSONValue, buffers: [[UInt8]])? {
    let id = try send(type, content, on: "registration")
    while let message = try receive("registration") {
      guard try MessageHeader.id(message.parent.span) == id else { continue }
      let header = try MessageHeader(message.header.span)
      return (header.type.rawValue, try JSONValue(message.content), message.buffers)
    }
    return nil
  }
}

extension WireMessage {
  /// The identifier of the request that this message answers.
  package var requestID: MessageID? { try? MessageHeader.id(parent.span) }

  /// The content as JSON; null if it is invalid.
  package var contentValue: JSONValue { (try? JSONValue(content)) ?? .null }

  /// The metadata as JSON; null if invalid.
  package var metadataValue: JSONValue { (try? JSONValue(metadata)) ?? .null }
}
