// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire

/// One request for many engines, each of which gets a copy under a name of its own.
extension Controller {
  /// `[client, delimiter, …]`.
  func handleBroadcast(_ parcel: Parcel) {
    let from = sockets.broadcastClients
    guard let envelope = accept(parcel, identities: 1, on: from) else { return }
    do {
      let header = try envelope.readHeader()
      do {
        try broadcast(header, envelope, BroadcastMetadata(envelope.metadata))
      } catch {
        let refusal = RemoteError("ValueError", error.message)
        answer(
          header, parent: envelope.header, with: refusal, to: [parcel.bytes(0)], on: from)
      }
    } catch {
      refuse(error, on: from)
    }
  }

  private func broadcast(
    _ header: MessageHeader, _ envelope: Envelope, _ metadata: BroadcastMetadata
  ) throws(WireError) {
    let request = BroadcastGathering<Envelope>.Request(
      id: header.id, client: envelope.parcel.bytes(0), targets: metadata.targets,
      header: envelope.header)
    if metadata.isCoalescing {
      guard !metadata.targets.isEmpty, gathering.begin(request) else {
        throw WireError(.malformed, "a broadcast without engines, or one that is under way")
      }
    }
    let copies = try BroadcastCopies(envelope, metadata.copy(originalID: header.id))
    for target in metadata.targets {
      let copy = copies.header("\(header.id)_\(target.uuid)")
      guard registry.engine(uuid: target.uuid) != nil else {
        let error = RemoteError("EngineError", "there is no engine \(target.id) (any more)")
        refuseBroadcast(
          header.id, request.client, copy, target.uuid, error, isCoalescing: metadata.isCoalescing)
        continue
      }
      let message = HeldMessage(
        parcel: copies.parcel(copy, signer), first: 0,
        purpose: .broadcast(
          header.id, client: request.client, copy: copy, isCoalescing: metadata.isCoalescing))
      send(message, to: target.uuid, by: .broadcast)
    }
  }

  /// An engine will not get its copy, whose header this is.
  func refuseBroadcast(
    _ id: MessageID, _ client: [UInt8], _ header: [UInt8], _ uuid: String, _ error: RemoteError,
    isCoalescing: Bool
  ) {
    if isCoalescing {
      broadcastFailed(id, at: uuid, error)
    } else {
      send(
        .applyReply, error.content, parent: header, metadata: failureMetadata(uuid), to: [client],
        on: sockets.broadcastClients)
    }
  }

  /// An engine will not answer its copy.
  func broadcastFailed(_ id: MessageID, at uuid: String, _ error: RemoteError) {
    if let result = gathering.failed(id, at: uuid, error) { finishBroadcast(result) }
  }

  /// `[engine, client, delimiter, …]`.
  func handleBroadcastReply(_ parcel: Parcel) {
    let from = sockets.broadcastEngines
    guard let envelope = accept(parcel, identities: 2, on: from) else { return }
    do {
      let metadata = try envelope.readReplyMetadata()
      guard metadata.isCoalescing else {
        forward(parcel, to: sockets.broadcastClients)
        return
      }
      let id = MessageID(metadata.originalID)
      if let result = gathering.replied(id, from: parcel.text(0), envelope) {
        finishBroadcast(result)
      }
    } catch {
      refuse(error, on: from)
    }
  }

  /// Puts all replies into one: their buffers one after the other, or the first error with the names of all
  /// engines that failed.
  func finishBroadcast(_ result: BroadcastGathering<Envelope>.Result) {
    let targets = result.request.targets
    let members: [(String, JSONText)] = [
      ("is_broadcast", JSONText(true)), ("is_coalescing", JSONText(true)),
      ("original_msg_id", .string(result.request.id.text)),
      (
        "broadcast_targets",
        JSONText(array: targets.map { JSONText(array: [.string($0.uuid), .integer($0.id)]) })
      ),
    ]
    let error = broadcastError(result)
    let status: JSONText = .string(error == nil ? "ok" : "error")
    let content = error?.content ?? JSONText(object: [("status", .string("ok"))])
    let started = result.replies.compactMap { try? $0.readReplyMetadata().started }.min()
    let message = maker.message(
      .applyReply, content: content, parent: result.request.header,
      metadata: JSONText(
        object: members + [
          ("status", status), ("engine", .null),
          ("started", .string((started ?? ControllerClock.date).description)),
        ]),
      date: ControllerClock.date)
    let parcel = Parcel(message.frames(identities: [result.request.client], signer: signer))
    if error == nil {
      for reply in result.replies {
        for index in reply.firstBuffer..<reply.parcel.count { parcel.append(reply.parcel, index) }
      }
    }
    _ = sockets.broadcastClients.send(parcel)
  }

  /// The error of a broadcast of which some engines failed, or nil.
  private func broadcastError(_ result: BroadcastGathering<Envelope>.Result) -> RemoteError? {
    var failures = result.failures.map { ($0.id, $0.error) }
    let names = Dictionary(result.request.targets.map { ($0.uuid, $0.id) }) { $1 }
    for reply in result.replies {
      guard let metadata = try? reply.readReplyMetadata(), metadata.status != .ok else { continue }
      let content = try? JSONValue(reply.content)
      let id = names[metadata.engine] ?? -1
      let name = content?["ename"]?.string ?? "TaskAborted"
      let text = content?["evalue"]?.string ?? "the task was aborted"
      failures.append(
        (id, RemoteError(name, text, engine: (metadata.engine, id, "apply"))))
    }
    failures.sort { $0.0 < $1.0 }
    guard let (id, first) = failures.first else { return nil }
    if failures.count == 1 { return first }
    let others = failures.dropFirst().map { String($0.0) }.joined(separator: ", ")
    var error = first
    error.text += " (on engine \(id); it failed on \(others) too, of \(names.count) engines)"
    return error
  }
}
