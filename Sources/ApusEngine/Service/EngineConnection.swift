// Part of Apus, Apache-2.0. See LICENSE.
package import ApusTransport
package import ApusWire

/// An engine's connections to a controller: registration, requests, control, outputs and pongs.
///
/// It asks to join, connects its other sockets once it has a number, and makes the messages that an engine
/// sends. It does not know what the engine computes. It belongs to one thread.
package final class EngineConnection {
  /// What a socket of an engine carries.
  package enum Role: Sendable, Hashable { case registration, work, control, pong }

  package let id: EngineID
  /// The number that the controller has given to the engine; nil before it has.
  package private(set) var number: Int?
  /// The time between the controller's pings, as it has said.
  private var heartbeatPeriod = Duration.milliseconds(3000)
  /// How long the controller may be gone, as it has said.
  private var reconnectLimit = Duration.zero
  package let signer: MessageSigner
  private var maker: MessageMaker
  private let dialer: SocketDialer
  private let clock = MonotonicClock()
  private var sockets: [Role: [Socket]] = [:]
  private var output: Socket?

  /// Makes an engine that has not asked to join yet.
  ///
  /// - Parameters:
  ///   - id: its name; by default a random one.
  ///   - dialer: opens its sockets; engines of a process may share one.
  /// - Throws: ``WireError`` if the signature scheme is unknown.
  package init(
    _ id: EngineID = EngineID(RandomName.session()), dialer: SocketDialer, username: String = ""
  ) throws(WireError) {
    self.id = id
    self.dialer = dialer
    signer = try MessageSigner(
      key: Array(dialer.file.key.utf8), scheme: dialer.file.signatureScheme)
    maker = MessageMaker(session: id.uuid, process: LocalHost.processID, username: username)
  }

  /// The open sockets of a role.
  package func sockets(_ role: Role) -> [Socket] { sockets[role] ?? [] }

  // MARK: Joining

  /// Asks the controller for a number.
  ///
  /// - Parameter number: the one that is wanted; nil for the next.
  /// - Returns: the socket through which the answer comes.
  package func requestRegistration(number: Int? = nil) throws(TransportError) -> Socket {
    let socket = try dialer.open(.dealer, "registration", identity: id.uuid)
    try dialer.connect(socket, to: "registration")
    sockets[.registration] = [socket]
    let content = JSONText(
      object: [("uuid", .string(id.uuid))] + (number.map { [("id", .integer($0))] } ?? []))
    let message = message(MessageType("registration_request"), content)
    _ = socket.send(message.frames(signer: signer))
    return socket
  }

  /// Reads the answer and connects the other sockets, which are then in ``sockets(_:)``.
  ///
  /// - Throws: ``TransportError`` `.refused` with the controller's reason; ``WireError`` if it is not a message.
  package func finishRegistration(_ reply: Parcel) throws {
    let (_, message) = try WireMessage.read(reply.allBytes, signer: signer)
    let content = try JSONValue(message.content)
    guard let number = content["id"]?.integer, number >= 0 else {
      let reason = content["evalue"]?.string ?? "it gave no reason"
      throw TransportError(.refused, "the controller refused engine \(id): \(reason)")
    }
    self.number = number
    if let period = content["hb_period"]?.integer, period > 0 {
      heartbeatPeriod = .milliseconds(period)
    }
    if let limit = content["apus_reconnect_limit"]?.integer { reconnectLimit = .seconds(limit) }
    let file = dialer.file
    let broadcast = file.broadcastPorts[number % file.broadcastPorts.count]
    for port in [file.ports["mux"] ?? 0, file.ports["task"] ?? 0, broadcast] {
      let socket = try dialer.open(.dealer, "shell", identity: id.uuid)
      try dialer.connect(socket, port: port)
      sockets[.work, default: []].append(socket)
    }
    let control = try dialer.open(.dealer, "control", identity: id.uuid)
    try dialer.connect(control, to: "control")
    sockets[.control] = [control]
    let output = try dialer.open(.publish, "iopub", identity: id.uuid)
    try dialer.connect(output, to: "iopub")
    self.output = output
    let pong = try dialer.open(.dealer, "hb_pong", identity: id.uuid)
    try dialer.connect(pong, to: "hb_pong")
    sockets[.pong] = [pong]
  }

  /// The time without a ping after which the controller counts as gone: 15 seconds, or five pings, or what the controller
  /// has said.
  ///
  /// Engines of ipyparallel wait for fifty, which is three minutes of an allocation.
  package var longestSilence: Duration {
    max(.seconds(15), heartbeatPeriod * 5, reconnectLimit)
  }

  /// Tells the controller that the engine leaves.
  package func leave() {
    guard let number, let socket = sockets[.registration]?.first else { return }
    let content = JSONText(object: [("id", .integer(number))])
    let message = message(MessageType("unregistration_request"), content)
    // It must be sent before the socket is closed.
    try? socket.set(linger: .seconds(1))
    _ = socket.send(message.frames(signer: signer))
  }

  /// Asks the controller for its engines, which any controller answers.
  func askForEngines() {
    let message = message(MessageType("connection_request"), .emptyObject)
    _ = sockets(.registration).first?.send(message.frames(signer: signer))
  }

  // MARK: Messages

  /// Sends a ping back.
  package func answer(ping: Parcel) {
    for socket in sockets(.pong) { _ = socket.send(ping) }
  }

  /// Makes a message of this engine.
  package func message(
    _ type: MessageType, _ content: JSONText, parent: [UInt8] = Array("{}".utf8),
    metadata: JSONText = .emptyObject
  ) -> WireMessage {
    maker.message(type, content: content, parent: parent, metadata: metadata, date: clock.date)
  }

  /// Makes the header of a message of this engine.
  package func header(_ type: MessageType) -> [UInt8] { maker.header(type, date: clock.date) }

  /// Publishes a message to all clients.
  ///
  /// - Parameter topic: the end of its topic, such as `stdout`.
  package func publish(
    _ type: MessageType, _ content: JSONText, parent: [UInt8], topic: String
  ) {
    let name = Array("engine.\(number ?? -1).\(topic)".utf8)
    let message = message(type, content, parent: parent)
    _ = output?.send(message.frames(identities: [name], signer: signer))
  }

  // MARK: Closing

  /// Closes the sockets of a role.
  package func close(_ role: Role) { sockets[role] = nil }

  /// Closes all sockets, as the end of the process would.
  package func close() {
    sockets = [:]
    output = nil
  }
}
