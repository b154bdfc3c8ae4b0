// Part of Apus, Apache-2.0. See LICENSE.
package import ApusTransport
package import ApusWire

/// What an engine says to a controller: that it joins and leaves, pongs, replies and outputs.
///
/// It makes the messages that an engine sends, and does not know what the engine computes. It belongs to one thread.
package final class EngineConnection {
  package let id: EngineID
  /// The number that the controller has given to the engine; nil before it has.
  package private(set) var number: Int?
  /// The time between the controller's pings, as it has said.
  private var heartbeatPeriod = Duration.milliseconds(3000)
  /// How long the controller may be gone, as it has said.
  private var reconnectLimit = Duration.zero
  package let signer: MessageSigner
  private var maker: MessageMaker
  let channels: any EngineChannels
  let clock: any TimeSource

  /// Makes an engine that has not asked to join yet.
  ///
  /// - Parameters:
  ///   - id: its name; by default a random one.
  ///   - file: the key.
  /// - Throws: ``WireError`` if the signature scheme is unknown.
  package init(
    _ id: EngineID = EngineID(RandomName.session()), _ file: ConnectionFile,
    channels: any EngineChannels, clock: any TimeSource = MonotonicClock(), username: String = "",
    process: Int = LocalHost.processID
  ) throws(WireError) {
    (self.id, self.channels, self.clock) = (id, channels, clock)
    signer = try MessageSigner(key: Array(file.key.utf8), scheme: file.signatureScheme)
    maker = MessageMaker(session: id.uuid, process: process, username: username)
  }

  // MARK: Joining

  /// Asks the controller for a number.
  ///
  /// - Parameter number: the one that is wanted; nil for the next.
  package func requestRegistration(number: Int? = nil) throws(TransportError) {
    try channels.openRegistration(of: id)
    sendRegistration(number)
  }

  private func sendRegistration(_ number: Int?) {
    let content = JSONText(
      object: [("uuid", .string(id.uuid))] + (number.map { [("id", .integer($0))] } ?? []))
    let message = message(MessageType("registration_request"), content)
    channels.send(message.frames(signer: signer), on: .registration)
  }

  /// Asks a controller for its number that does not know it.
  func joinAgain() { sendRegistration(number) }

  /// Takes its number from a later answer of the controller; what is none changes nothing.
  func takeNumber(_ reply: Parcel) {
    guard let (_, message) = try? WireMessage.read(reply.allBytes, signer: signer),
      let number = (try? JSONValue(message.content))?["id"]?.integer, number >= 0
    else { return }
    self.number = number
  }

  /// Reads the answer and opens the other channels.
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
    try channels.open(for: id, number: number)
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
    guard let number else { return }
    let content = JSONText(object: [("id", .integer(number))])
    let message = message(MessageType("unregistration_request"), content)
    channels.linger(on: .registration)
    channels.send(message.frames(signer: signer), on: .registration)
  }

  /// Asks the controller for its engines, which any controller answers.
  func askForEngines() {
    let message = message(MessageType("connection_request"), .emptyObject)
    channels.send(message.frames(signer: signer), on: .registration)
  }

  // MARK: Messages

  /// Sends a ping back.
  package func answer(ping: Parcel) { channels.send(ping, on: .pong) }

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
    channels.send(message.frames(identities: [name], signer: signer), on: .output)
  }
}
