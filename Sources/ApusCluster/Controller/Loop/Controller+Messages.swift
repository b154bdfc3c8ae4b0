// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire

/// A message that waits until its engine can be reached.
struct HeldMessage {
  enum Purpose {
    case direct(header: MessageHeader, parent: [UInt8], client: [UInt8])
    case task(MessageID)
    case broadcast(MessageID, client: [UInt8], copy: [UInt8], isCoalescing: Bool)
  }

  let parcel: Parcel
  /// The first frame that goes out after the engine's name.
  let first: Int
  let purpose: Purpose
}

/// The four ways to engines.
enum EngineChannel: Int {
  case mux, control, task, broadcast
}

extension Controller {
  /// Checks a message; nil, counted and dropped, if it is none or not signed with the key.
  func accept(_ parcel: Parcel, identities: Int, on socket: Socket) -> Envelope? {
    do throws(WireError) {
      let envelope = try Envelope(parcel)
      guard envelope.delimiter >= identities else {
        throw WireError(.notAMessage, "a message without its addresses")
      }
      guard envelope.isSigned(by: signer) else {
        throw WireError(.wrongSignature, "a wrong signature")
      }
      return envelope
    } catch {
      refuse(error, on: socket)
      return nil
    }
  }

  func refuse(_ error: WireError, on socket: Socket) {
    refusals.add(socket.name, error.message, now: now)
  }

  /// Sends a message that is made here.
  @discardableResult
  func send(
    _ type: MessageType, _ content: JSONText, parent: [UInt8], metadata: JSONText = .emptyObject,
    to identities: [[UInt8]], on socket: Socket
  ) -> Socket.Sending {
    let message = maker.message(
      type, content: content, parent: parent, metadata: metadata, date: ControllerClock.date)
    return socket.send(message.frames(identities: identities, signer: signer))
  }

  /// Answers a request of a client with an error of the controller.
  func answer(
    _ header: MessageHeader, parent: [UInt8], with error: RemoteError, to identities: [[UInt8]],
    metadata: JSONText = .emptyObject, on socket: Socket
  ) {
    send(
      header.type.reply, error.content, parent: parent, metadata: metadata, to: identities,
      on: socket)
  }

  func socket(_ channel: EngineChannel) -> Socket {
    switch channel {
    case .mux: sockets.muxEngines
    case .control: sockets.controlEngines
    case .task: sockets.taskEngines
    case .broadcast: sockets.broadcastEngines
    }
  }

  /// Sends a message to an engine, or holds it while the engine cannot be reached.
  func send(_ message: HeldMessage, to uuid: String, by channel: EngineChannel) {
    if held.isEmpty && sendNow(message, to: uuid, by: channel) { return }
    let line = HeldMessages<HeldMessage>.Line(channel: channel.rawValue, uuid: uuid)
    if held.isWaiting(line) || !sendNow(message, to: uuid, by: channel) {
      held.hold(message, for: line, now: now)
    }
  }

  private func sendNow(
    _ message: HeldMessage, to uuid: String, by channel: EngineChannel
  ) -> Bool {
    let socket = socket(channel)
    guard socket.send(uuid, more: true) == .sent else { return false }
    _ = socket.send(message.parcel, from: message.first)
    return true
  }

  func retryHeld() {
    if held.isEmpty { return }
    let late = held.retry(now: now) { message, line in
      guard let channel = EngineChannel(rawValue: line.channel) else { return true }
      return self.sendNow(message, to: line.uuid, by: channel)
    }
    for (message, line) in late {
      giveUp(message, line, "cannot be reached")
    }
    if !late.isEmpty { performTaskActions() }
  }

  /// Fails what was held for an engine.
  func giveUp(
    _ message: HeldMessage, _ line: HeldMessages<HeldMessage>.Line, _ reason: String
  ) {
    let uuid = line.uuid
    let who = registry.engine(uuid: uuid)?.description ?? "Engine \(uuid)"
    let error = RemoteError("EngineError", "\(who) \(reason)")
    switch message.purpose {
    case .task(let id):
      ledger.unassign(id)
      scheduler.couldNotSend(id, to: uuid, now: now)
    case .broadcast(let id, let client, let copy, let isCoalescing):
      refuseBroadcast(id, client, copy, uuid, error, isCoalescing: isCoalescing)
    case .direct(let header, let parent, let client):
      let isMux = line.channel == EngineChannel.mux.rawValue
      refuseDirect(
        header, parent: parent, client: client, uuid: uuid, error, isMux ? .mux : .control)
    }
  }
}
