// Part of Apus, Apache-2.0. See LICENSE.
package import ApusTransport
package import ApusWire

/// Routes a request for many engines, each of which gets a copy with an identifier of its own, and their replies.
package struct BroadcastRouting {
  private var gathering = BroadcastGathering<Envelope>()

  package init() {}

  /// Takes in a request `[client, delimiter, …]`.
  ///
  /// - Returns: what must be sent.
  /// - Throws: ``WireError`` if the metadata do not name the engines, or the broadcast is already under way.
  package mutating func receive(
    _ envelope: Envelope, _ header: MessageHeader
  ) throws(WireError) -> BroadcastSending {
    let metadata = try BroadcastMetadata(envelope.metadata)
    let bytes = envelope.parcel.byteCount(envelope.delimiter + 2) * metadata.targets.count
    guard bytes <= Envelope.longestSigned else {
      throw WireError(.tooLarge, "a broadcast whose headers have \(bytes) bytes in all")
    }
    let request = BroadcastGathering<Envelope>.Request(
      id: header.id, client: ClientID(envelope.parcel.bytes(0)), targets: metadata.targets,
      header: envelope.header)
    if metadata.isCoalescing {
      guard !metadata.targets.isEmpty, gathering.begin(request) else {
        throw WireError(.malformed, "a broadcast without engines, or one that is under way")
      }
    }
    return BroadcastSending(
      request: request, isCoalescing: metadata.isCoalescing,
      copies: try BroadcastCopies(envelope, metadata.copy(originalID: header.id)),
      byteCount: envelope.signedByteCount)
  }

  /// Sends engines their copies, until the slice is used up.
  ///
  /// - Returns: whether all copies have been sent.
  package mutating func send(
    _ sending: inout BroadcastSending, _ engines: EngineTable, _ slice: inout Slice,
    _ exchange: inout MessageExchange
  ) -> Bool {
    let request = sending.request
    while sending.position < request.targets.count {
      if slice.isUsedUp { return false }
      // Each copy has a signature of its own.
      slice.count(bytes: sending.byteCount)
      send(to: request.targets[sending.position], sending, engines, &exchange)
      sending.position += 1
    }
    return true
  }

  private mutating func send(
    to target: BroadcastTarget, _ sending: BroadcastSending, _ engines: EngineTable,
    _ exchange: inout MessageExchange
  ) {
    let (id, client) = (sending.request.id, sending.request.client)
    let copy = sending.copies.header("\(id)_\(target.id)")
    guard engines.registry.engine(target.id) != nil else {
      let error = RemoteError("EngineError", "there is no engine \(target.number) (any more)")
      fail(
        id, client, copy, at: target.id, error, isCoalescing: sending.isCoalescing, &exchange)
      return
    }
    exchange.send(
      EngineMessage(
        parcel: sending.copies.parcel(copy, exchange.signer), engine: target.id,
        channel: .broadcast,
        purpose: .broadcast(id, client, header: copy, isCoalescing: sending.isCoalescing)))
  }

  /// Fails the copy with this header, because its engine will not get it.
  package mutating func fail(
    _ id: MessageID, _ client: ClientID, _ header: [UInt8], at engine: EngineID,
    _ error: RemoteError, isCoalescing: Bool, _ exchange: inout MessageExchange
  ) {
    guard isCoalescing else {
      exchange.send(
        .applyReply, error.content, parent: header,
        metadata: MessageExchange.failureMetadata(engine), to: [client.bytes],
        on: .broadcastClients)
      return
    }
    if let result = gathering.failed(id, at: engine, error) { finish(result, &exchange) }
  }

  /// Takes in an engine's reply `[engine, client, delimiter, …]`.
  package mutating func receiveReply(
    _ envelope: Envelope, _ engines: EngineTable, _ exchange: inout MessageExchange
  ) throws(WireError) {
    let metadata = try envelope.readReplyMetadata()
    guard metadata.isCoalescing, let id = metadata.originalID else {
      exchange.sendReply(envelope.parcel, on: .broadcastClients)
      return
    }
    let engine = EngineID(envelope.parcel.text(0))
    if let result = gathering.replied(id, from: engine, envelope) {
      finish(result, &exchange)
    } else if gathering.isLeftOver(id) {
      let number = engines.registry.engine(engine)?.number ?? -1
      try giveUp(id, envelope, BroadcastTarget(id: engine, number: number), &exchange)
    }
  }

  /// Answers the client of a broadcast that began with a controller before this one.
  ///
  /// - Parameter reply: of an engine, `[engine, client, delimiter, …]`.
  private func giveUp(
    _ id: MessageID, _ reply: Envelope, _ target: BroadcastTarget,
    _ exchange: inout MessageExchange
  ) throws(WireError) {
    let name = JSONText.string(id.text)
    let request = BroadcastGathering<Envelope>.Request(
      id: id, client: ClientID(reply.parcel.bytes(1)), targets: [target],
      header: try JSONText.object(reply.parent, replacing: [("msg_id", name)]))
    let error = RemoteError(
      "EngineError",
      "the controller was started again before all engines had answered this broadcast, and what some "
        + "answered before is lost; send it again if it may run twice")
    finish(
      BroadcastGathering.Result(request: request, replies: [], failures: [(target, error)]),
      &exchange)
  }

  /// Whether an engine has a broadcast that it has not answered.
  package func isOpen(at engine: EngineID) -> Bool { gathering.isOpen(at: engine) }

  /// The invariants that do not hold, in words; empty if all do.
  package func violatedInvariants() -> [String] { gathering.violatedInvariants() }

  /// Drops the coalescing broadcasts of an engine that has left.
  package mutating func engineLeft(_ engine: EngineID) { gathering.engineLeft(engine) }

  /// Answers the client: with all buffers one after the other, or with the first error.
  private func finish(
    _ result: BroadcastGathering<Envelope>.Result, _ exchange: inout MessageExchange
  ) {
    let error = BroadcastErrors(result).combined
    let started = result.replies.compactMap { try? $0.readReplyMetadata().started }.min()
    let targets = result.request.targets.map {
      JSONText(array: [.string($0.id.uuid), .integer($0.number)])
    }
    let metadata = JSONText(object: [
      ("is_broadcast", JSONText(true)), ("is_coalescing", JSONText(true)),
      ("original_msg_id", .string(result.request.id.text)),
      ("broadcast_targets", JSONText(array: targets)),
      ("status", .string(error == nil ? "ok" : "error")), ("engine", .null),
      ("started", .string((started ?? exchange.date).description)),
    ])
    let message = exchange.message(
      .applyReply, error?.content ?? JSONText(object: [("status", .string("ok"))]),
      parent: result.request.header, metadata: metadata)
    exchange.send(
      message, to: [result.request.client.bytes], buffersOf: error == nil ? result.replies : [],
      on: .broadcastClients)
  }
}
