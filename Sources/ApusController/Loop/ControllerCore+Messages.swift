// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire

/// Messages of clients and engines, checked and handed to the part that they are for.
extension ControllerCore {
  /// Takes in a pong `[engine, ping]`.
  mutating func receivePong(_ parcel: Parcel, _ connection: Int32) {
    guard parcel.count == 2, parcel.byteCount(0) <= EngineRegistry.longestUUID else { return }
    handle(.pong(EngineID(parcel.text(0)), parcel.bytes(1), connection: connection))
  }

  /// Takes in a task for any engine, `[client, delimiter, …]`.
  mutating func receiveTask(_ parcel: Parcel) {
    guard let envelope = exchange.accept(parcel, identities: 1, on: .taskClients) else { return }
    heard(envelope, on: .task)
    do throws(WireError) {
      let header = try envelope.readHeader(details: false)
      if header.type == Self.awaitRequest {
        try answerAwaited(header, envelope, on: .task)
      } else if !isNew(header.id) {
        // Also while no work is taken in: it is known already.
        guard envelope.isRepeated else { throw Self.usedBefore }
        repeated(header.id, envelope, on: .task)
      } else if let error = refusal(of: header) {
        exchange.answer(
          header, parent: envelope.header, with: error, to: [parcel.bytes(0)], on: .taskClients)
      } else {
        submit(header, envelope, hasClient: true)
      }
    } catch {
      exchange.refuse(error, on: .taskClients)
    }
  }

  /// Why a request is not passed on to engines; nil if it is.
  private func refusal(of header: MessageHeader) -> RemoteError? {
    if let givenUp { return givenUp }
    if let error = journalError { return error }
    if header.type.isAnsweredByEngines { return nil }
    return RemoteError("ValueError", "engines do not answer messages of the type '\(header.type)'")
  }

  /// Why no work is taken in while the journal cannot be written; nil if it can, or there is none.
  var journalError: RemoteError? {
    journalFailure.map { failure in
      RemoteError(
        "RuntimeError",
        "the controller takes no more work, because it cannot write its journal: \(failure); make room and submit it again"
      )
    }
  }

  private static let usedBefore = WireError(.replayed, "a msg_id that was used before")

  /// Whether an identifier was not used before.
  func isNew(_ id: MessageID) -> Bool {
    RequestState(of: id, tasks.scheduler, direct.requests) == .unknown
  }

  mutating func submit(_ header: MessageHeader, _ envelope: Envelope, hasClient: Bool) {
    guard isNew(header.id) else { return exchange.refuse(Self.usedBefore, on: .taskClients) }
    tasks.submit(header.id, envelope, hasClient: hasClient, &records, &exchange)
  }

  mutating func receiveTaskReply(_ parcel: Parcel) {
    guard let envelope = exchange.accept(parcel, identities: 2, on: .taskEngines) else { return }
    do throws(WireError) {
      if try receiveRestored(envelope) { return }
      try tasks.receiveReply(envelope, &records, &exchange)
    } catch {
      exchange.refuse(error, on: .taskEngines)
    }
  }

  /// Takes in a request for one engine, `[client, engine, delimiter, …]`.
  mutating func receiveDirect(_ parcel: Parcel, _ channel: EngineChannel) {
    guard let envelope = exchange.accept(parcel, identities: 2, on: channel.clients) else { return }
    if channel == .mux { heard(envelope, on: .mux) }
    do throws(WireError) {
      let header = try envelope.readHeader(details: false)
      if channel == .control && header.type.rawValue == "abort_request",
        let content = try? envelope.readContent(), let new = try? AbortWork(content)
      {
        start(.abort(new))
      }
      if channel == .mux, header.type == Self.awaitRequest {
        return try answerAwaited(header, envelope, on: .mux)
      }
      if channel == .mux, envelope.isRepeated, !isNew(header.id) {
        return repeated(header.id, envelope, on: .mux)
      }
      if channel == .mux, let error = journalError, DirectRouting.isWork(header.type),
        !envelope.isAboutMap
      {
        exchange.answer(
          header, parent: envelope.header, with: error,
          to: [parcel.bytes(0), parcel.bytes(1)], on: channel.clients)
        return
      }
      direct.receive(
        envelope, header, channel, isEngineKnown: engines.isKnown(EngineID(parcel.text(1))),
        isNew: isNew(header.id), &records, &exchange)
    } catch {
      exchange.refuse(error, on: channel.clients)
    }
  }

  mutating func receiveDirectReply(_ parcel: Parcel, _ channel: EngineChannel) {
    guard let envelope = exchange.accept(parcel, identities: 2, on: channel.engines) else { return }
    if channel == .control && isOwn(parcel) { return }
    do throws(WireError) {
      if channel == .mux, try receiveRestored(envelope) { return }
      if let id = try direct.receiveReply(envelope, channel, &records, &exchange) {
        tasks.noteDirectReply(id, by: EngineID(parcel.text(0)), now: exchange.now)
      }
    } catch {
      exchange.refuse(error, on: channel.engines)
    }
  }

  /// Takes in a request for many engines, `[client, delimiter, …]`.
  mutating func receiveBroadcast(_ parcel: Parcel) {
    let channel = Channel.broadcastClients
    guard let envelope = exchange.accept(parcel, identities: 1, on: channel) else { return }
    do throws(WireError) {
      let header = try envelope.readHeader()
      if let error = refusal(of: header) {
        exchange.answer(
          header, parent: envelope.header, with: error, to: [parcel.bytes(0)], on: channel)
        return
      }
      guard waitingBroadcasts.count < WorkQueue.longest else {
        exchange.answer(
          header, parent: envelope.header,
          with: RemoteError("RuntimeError", "too many broadcasts are waiting; send it again"),
          to: [parcel.bytes(0)], on: channel)
        return
      }
      do throws(WireError) {
        waitingBroadcasts.append(try broadcasts.receive(envelope, header))
        goOnWithBroadcasts()
      } catch {
        exchange.answer(
          header, parent: envelope.header, with: RemoteError("ValueError", error.message),
          to: [parcel.bytes(0)], on: channel)
      }
    } catch {
      exchange.refuse(error, on: channel)
    }
  }

  mutating func receiveBroadcastReply(_ parcel: Parcel) {
    let channel = Channel.broadcastEngines
    guard let envelope = exchange.accept(parcel, identities: 2, on: channel) else { return }
    do throws(WireError) {
      try broadcasts.receiveReply(envelope, engines, &exchange)
    } catch {
      exchange.refuse(error, on: channel)
    }
  }

  /// Passes an engine's output `[topic, delimiter, …]` on to all clients, and records it with its request.
  mutating func receiveOutput(_ parcel: Parcel, _ connection: Int32) {
    let channel = Channel.outputEngines
    guard let envelope = exchange.accept(parcel, identities: 0, on: channel) else { return }
    if connection >= 0, !engines.connections.isOutput(connection),
      let number = Self.engineNumber(inTopicOf: parcel)
    {
      handle(.published(number: number, connection: connection))
    }
    exchange.send(parcel, on: .outputClients)
    if envelope.delimiter > 0, parcel.withFrame(0, { $0.endsWith(".status") }) { return }
    do throws(WireError) {
      let header = try envelope.readHeader()
      if header.type.rawValue == "shutdown_reply" {
        handle(.endAnnounced(EngineID(header.session)))
      } else if let id = try envelope.readParentID() {
        try parcel.withFrame(envelope.delimiter + 5) { content throws(WireError) in
          try records.addOutput(id, header.type, content)
        }
      }
    } catch {
      exchange.refuse(error, on: channel)
    }
  }

  /// The number in a topic such as `engine.3.stdout`.
  private static func engineNumber(inTopicOf parcel: Parcel) -> Int? {
    let parts = parcel.text(0).split(separator: ".")
    return parts.count > 2 ? Int(parts[1]) : nil
  }
}

extension Span<UInt8> {
  fileprivate func endsWith(_ text: StaticString) -> Bool {
    let length = text.utf8CodeUnitCount
    return count >= length && holds(text, at: count - length..<count)
  }
}
