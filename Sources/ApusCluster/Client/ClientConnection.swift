// Part of Apus, Apache-2.0. See LICENSE.
package import ApusWire

/// A client's connections to a controller, in one thread and without futures: messages go and come as they are.
package final class ClientConnection {
  package let signer: MessageSigner
  package private(set) var maker: MessageMaker
  private let file: ConnectionFile
  private let context: TransportContext
  private let curve: CurveKeys?
  private var sockets: [String: Socket] = [:]

  /// How long a reply may take.
  package var patience = 10_000

  package init(_ file: ConnectionFile, in context: TransportContext) throws {
    self.file = file
    self.context = context
    signer = try MessageSigner(key: Array(file.key.utf8), scheme: file.signatureScheme)
    curve = try file.curveServerKey == nil ? nil : CurveKeys.make()
    maker = MessageMaker(
      session: RandomName.session(), process: HostName.process, username: "")
  }

  /// The socket of a channel, connected at its first use.
  package func socket(_ channel: String) throws -> Socket {
    if let socket = sockets[channel] { return socket }
    let isHeard = channel == "iopub" || channel == "notification"
    let socket = try Socket(isHeard ? .subscribe : .dealer, name: channel, in: context)
    try socket.set(linger: .zero)
    if let curve, let key = file.curveServerKey { try socket.useCurve(serverKey: key, curve) }
    try socket.connect(file.address(port: file.ports[channel] ?? 0) { $0 == HostName.current })
    sockets[channel] = socket
    return socket
  }

  /// Sends a request and returns its name.
  @discardableResult
  package func send(
    _ type: String, _ content: JSONText = .emptyObject, metadata: JSONText = .emptyObject,
    to identities: [String] = [], buffers: [[UInt8]] = [], id: MessageID? = nil,
    on channel: String
  ) throws -> MessageID {
    let id = id ?? maker.nextID()
    let header = maker.header(MessageType(type), id: id, date: ControllerClock.date)
    let message = WireMessage(
      header: header, metadata: metadata.bytes, content: content.bytes, buffers: buffers)
    let frames = message.frames(identities: identities.map { Array($0.utf8) }, signer: signer)
    _ = try socket(channel).send(frames)
    return id
  }

  /// The next message of a channel, or nil if none comes in time.
  package func receive(_ channel: String) throws -> WireMessage? {
    let parcel = Parcel()
    guard try socket(channel).receive(into: parcel, milliseconds: patience) else { return nil }
    return try WireMessage.read(parcel.allBytes, signer: signer).message
  }

  /// Sends a request to the controller and returns the content and the buffers of its reply.
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
  /// The name of the request that this message answers.
  package var requestID: MessageID? { try? MessageHeader.id(parent.span) }

  /// Its content.
  package var contentValue: JSONValue { (try? JSONValue(content)) ?? .null }

  /// Its metadata.
  package var metadataValue: JSONValue { (try? JSONValue(metadata)) ?? .null }
}
