// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire

/// Requests for one engine: work by the way called mux, and control.
extension Controller {
  /// `[client, engine, delimiter, …]` goes on as `[engine, client, delimiter, …]`.
  func handleDirectRequest(_ parcel: Parcel, _ channel: EngineChannel) {
    let from = channel == .mux ? sockets.muxClients : sockets.controlClients
    guard let envelope = accept(parcel, identities: 2, on: from) else { return }
    do {
      let header = try envelope.readHeader(details: false)
      let client = parcel.bytes(0)
      let uuid = parcel.text(1)
      let parent = envelope.header
      if channel == .control && header.type.rawValue == "abort_request" {
        abortQueued(envelope)
      }
      guard registry.engine(uuid: uuid) != nil || registry.isPending(uuid) else {
        let error = RemoteError("EngineError", "there is no engine \(uuid) (any more)")
        refuseDirect(header, parent: parent, client: client, uuid: uuid, error, channel)
        return
      }
      if channel == .mux && !begin(envelope, header, at: uuid) {
        refuse(WireError(.replayed, "a msg_id that was used before"), on: from)
        return
      }
      let forwarded = Parcel()
      forwarded.append(parcel, 0)
      for index in 2..<parcel.count { forwarded.append(parcel, index) }
      let message = HeldMessage(
        parcel: forwarded, first: 0,
        purpose: .direct(header: header, parent: parent, client: client))
      send(message, to: uuid, by: channel)
    } catch {
      refuse(error, on: from)
    }
  }

  /// Notes a request for one engine; false if its name was used before.
  private func begin(_ envelope: Envelope, _ header: MessageHeader, at uuid: String) -> Bool {
    guard isRecorded(header.type) else { return true }
    guard state(header.id) == .unknown else { return false }
    ledger.beginDirect(header.id, at: uuid)
    let record = TaskRecord(header.id)
    record.request = envelope
    record.channel = .mux
    record.engineUUID = uuid
    keep(record)
    return true
  }

  /// Whether a request is work that has a result.
  func isRecorded(_ type: MessageType) -> Bool {
    type == .applyRequest || type == .executeRequest
  }

  /// `[engine, client, delimiter, …]` goes on as `[client, engine, delimiter, …]`.
  func handleDirectReply(_ parcel: Parcel, _ channel: EngineChannel) {
    let from = channel == .mux ? sockets.muxEngines : sockets.controlEngines
    let to = channel == .mux ? sockets.muxClients : sockets.controlClients
    guard let envelope = accept(parcel, identities: 2, on: from) else { return }
    do {
      if channel == .mux, let id = try envelope.readParentID() {
        finish(id, envelope, from: parcel.text(0))
      }
    } catch {
      refuse(error, on: from)
      return
    }
    forward(parcel, to: to)
  }

  /// Sends a reply to its client, with the engine's name behind the client's.
  func forward(_ parcel: Parcel, to socket: Socket) {
    guard socket.send(parcel, 1, more: true) == .sent else { return }
    guard socket.send(parcel, 0, more: true) == .sent else { return }
    _ = socket.send(parcel, from: 2)
  }

  private func finish(_ id: MessageID, _ envelope: Envelope, from uuid: String) {
    guard ledger.isOpen(id), ledger.engine(of: id) == uuid else { return }
    ledger.end(id, isAnswered: true)
    complete(id, reply: envelope, engine: uuid)
  }

  /// Answers a request that no engine will get.
  func refuseDirect(
    _ header: MessageHeader, parent: [UInt8], client: [UInt8], uuid: String, _ error: RemoteError,
    _ channel: EngineChannel
  ) {
    if ledger.isOpen(header.id) {
      ledger.end(header.id, isAnswered: false)
      completeWithError(header.id, error, engine: uuid)
    }
    guard header.type.rawValue.hasSuffix("_request") else { return }
    answer(
      header, parent: parent, with: error, to: [client, Array(uuid.utf8)],
      metadata: failureMetadata(uuid),
      on: channel == .mux ? sockets.muxClients : sockets.controlClients)
  }

  /// The metadata of a reply that is made here on behalf of an engine.
  func failureMetadata(_ uuid: String?) -> JSONText {
    var members: [(String, JSONText)] = [("status", .string("error"))]
    if let uuid { members.append(("engine", .string(uuid))) }
    return JSONText(object: members)
  }

  /// After a while, requests that engines took along with them are marked as failed in the records; their
  /// clients know already.
  func markStranded() {
    while let uuid = strandings.popDue(now) {
      strand(uuid)
      departed[uuid] = nil
      ledger.forget(engine: uuid)
    }
  }

  /// Marks what an engine that is gone has not answered as failed.
  func strand(_ uuid: String) {
    let who = departed[uuid] ?? "Engine \(uuid)"
    for id in ledger.direct(at: uuid) {
      ledger.end(id, isAnswered: false)
      completeWithError(
        id, RemoteError("EngineError", "\(who) died while running task '\(id)'"), engine: uuid)
    }
  }
}
