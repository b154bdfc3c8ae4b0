// Part of Apus, Apache-2.0. See LICENSE.
package import ApusTransport
package import ApusWire

/// Routes requests that their client addressed to one engine, and their replies: work (mux) and control.
package struct DirectRouting {
  package private(set) var requests = DirectRequests()

  package init() {}

  /// Takes over a request of an earlier controller that an engine may still be working on.
  package mutating func adopt(_ id: MessageID, at engine: EngineID) {
    requests.begin(id, at: engine)
  }

  /// Takes over that a request of an earlier controller has ended.
  package mutating func adoptEnded(_ id: MessageID) {
    requests.begin(id, at: EngineID(""))
    requests.end(id)
  }

  /// Ends a request that was taken over.
  package mutating func end(_ id: MessageID) { requests.end(id) }

  /// Whether a request is work that has a result.
  package static func isWork(_ type: MessageType) -> Bool {
    type == .applyRequest || type == .executeRequest
  }

  /// Forwards a request `[client, engine, delimiter, …]` as `[engine, client, delimiter, …]`.
  ///
  /// - Parameters:
  ///   - isEngineKnown: whether the engine has joined or is joining.
  ///   - isNew: whether the identifier was not used before.
  package mutating func receive(
    _ envelope: Envelope, _ header: MessageHeader, _ channel: EngineChannel, isEngineKnown: Bool,
    isNew: Bool, _ records: inout RecordKeeping, _ exchange: inout MessageExchange
  ) {
    let parcel = envelope.parcel
    let engine = EngineID(parcel.text(1))
    let client = ClientID(parcel.bytes(0))
    let parent = envelope.header
    guard isEngineKnown else {
      let error = RemoteError("EngineError", "there is no engine \(engine) (any more)")
      fail(
        header, parent: parent, client, at: engine, error, channel, &records, &exchange)
      return
    }
    if channel == .mux && Self.isWork(header.type) {
      guard isNew else {
        exchange.refuse(WireError(.replayed, "a msg_id that was used before"), on: channel.clients)
        return
      }
      requests.begin(header.id, at: engine)
      records.begin(header.id, envelope, .mux, engine: engine)
    }
    let forwarded = Parcel()
    forwarded.append(parcel, 0)
    for index in 2..<parcel.count { forwarded.append(parcel, index) }
    exchange.send(
      EngineMessage(
        parcel: forwarded, engine: engine, channel: channel,
        purpose: .direct(header, parent: parent, client)))
  }

  /// Forwards a reply `[engine, client, delimiter, …]` as `[client, engine, delimiter, …]`.
  ///
  /// - Returns: the request that has ended by this reply, if it was open at this engine.
  package mutating func receiveReply(
    _ envelope: Envelope, _ channel: EngineChannel, _ records: inout RecordKeeping,
    _ exchange: inout MessageExchange
  ) throws(WireError) -> MessageID? {
    var ended: MessageID?
    if channel == .mux, let id = try envelope.readParentID() {
      let engine = EngineID(envelope.parcel.text(0))
      if requests.engine(of: id) == engine {
        requests.end(id)
        records.complete(id, reply: envelope, engine: engine, at: exchange.date)
        ended = id
      }
    }
    exchange.sendReply(envelope.parcel, on: channel.clients)
    return ended
  }

  /// Answers a request that no engine will get.
  package mutating func fail(
    _ header: MessageHeader, parent: [UInt8], _ client: ClientID, at engine: EngineID,
    _ error: RemoteError, _ channel: EngineChannel, _ records: inout RecordKeeping,
    _ exchange: inout MessageExchange
  ) {
    if requests.engine(of: header.id) == engine, requests.end(header.id) != nil {
      records.fail(header.id, error, engine: engine, &exchange)
    }
    guard header.type.rawValue.hasSuffix("_request") else { return }
    exchange.answer(
      header, parent: parent, with: error, to: [client.bytes, Array(engine.uuid.utf8)],
      metadata: MessageExchange.failureMetadata(engine), on: channel.clients)
  }

  /// Marks the open requests of an engine that is gone as failed in the records; their clients fail them themselves
  /// when they hear of the departure.
  package mutating func engineGone(
    _ engine: Engine, _ records: inout RecordKeeping, _ exchange: inout MessageExchange
  ) {
    for id in requests.requests(at: engine.id) {
      requests.end(id)
      let error = RemoteError("EngineError", "\(engine) died while running task '\(id)'")
      records.fail(id, error, engine: engine.id, &exchange)
    }
  }
}
