// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire
import Logging

/// Requests that an earlier controller left unfinished.
extension ControllerCore {
  /// The routing identity of probes; a client's own never starts with a letter.
  private static let prober = "restorer"

  /// Asks the archive for the requests that an earlier controller left unfinished.
  ///
  /// Those whose engine is here are pending; the others are lost, and their clients hear of it.
  package mutating func restoreRequests() {
    guard records.hasArchive else { return }
    records.ask(.find(RestorationWork.query, token: work.suspend(.restoration(RestorationWork()))))
  }

  mutating func run(_ current: RestorationWork) {
    let (found, isLast) = current.step(&slice)
    for record in found { current.count(restore(record)) }
    if isLast {
      exchange.log(.warning, current.report)
    } else {
      work.append(.restoration(current))
    }
  }

  /// - Returns: whether an engine may still answer the request; nil if this controller knows it already.
  private mutating func restore(_ record: TaskRecord) -> Bool? {
    guard record.request != nil, records[record.id] == nil,
      requests.state(of: record.id) == .unknown
    else { return nil }
    records.adopt(record)
    let channel: EngineChannel = record.channel == .mux ? .mux : .task
    let request = RestoredRequests.Open(
      id: record.id, engine: record.engine ?? EngineID(""), session: record.clientUUID ?? "",
      channel: channel)
    if engines.isKnown(request.engine) {
      direct.adopt(request.id, at: request.engine)
      restored.begin(request)
      return true
    }
    lose(request)
    return false
  }

  /// Fails a request that no engine will answer.
  mutating func lose(_ request: RestoredRequests.Open) {
    direct.end(request.id)
    let error = RemoteError(
      "EngineError",
      "task '\(request.id)' was lost when the controller was restarted: no engine has it; submit it again"
    )
    let message = exchange.message(
      .applyReply, error.content,
      parent: records[request.id]?.request?.header ?? Array("{}".utf8),
      metadata: MessageExchange.failureMetadata(nil))
    let reply = Envelope(message)
    records.complete(request.id, reply: reply, engine: nil, at: exchange.date)
    answer(request, reply)
  }

  /// Passes a reply on to the client, now or when it is heard.
  private mutating func answer(_ request: RestoredRequests.Open, _ reply: Envelope?) {
    guard let reply = reply ?? records[request.id]?.reply else { return }
    answer(request.id, of: request.session, reply, on: request.channel)
  }

  mutating func answer(
    _ id: MessageID, of session: String, _ reply: Envelope, on channel: EngineChannel
  ) {
    if let name = restored.answer(session, id, reply, on: channel) {
      send(id, reply, to: name, on: channel)
    }
  }

  /// Answers the tasks of an earlier controller that have ended.
  mutating func answerRestored() {
    for (id, reply) in tasks.takeEnded() {
      if let session = restored.takeSession(of: id) { answer(id, of: session, reply, on: .task) }
    }
  }

  private mutating func send(
    _ id: MessageID, _ reply: Envelope, to client: ClientID, on channel: EngineChannel
  ) {
    records.journal?.write(.answered(id))
    let message = WireMessage(
      header: reply.header, parent: reply.parent, metadata: reply.metadata, content: reply.content)
    exchange.send(message, to: [client.bytes], buffersOf: [reply], on: channel.clients)
  }

  // MARK: Engines

  /// Makes an engine that is back say which of its tasks it still has: what it had answered may have been lost with its
  /// connection.
  mutating func askAgain(_ engine: EngineID) {
    restored.forgetRouted(at: engine)
    for id in tasks.scheduler.tasks(at: engine) {
      restored.ask(
        RestoredRequests.Open(id: id, engine: engine, session: "", channel: .task, isRouted: true))
    }
    for id in direct.requests.requests(at: engine) {
      restored.ask(
        RestoredRequests.Open(id: id, engine: engine, session: "", channel: .mux, isRouted: true))
    }
  }

  /// Makes an engine of Swift join that knows the controller, and that the controller does not know: its journal could not be
  /// written when the engine joined.
  mutating func askToJoin(_ engine: EngineID) {
    guard engine.isSwift else { return }
    let message = exchange.message(
      MessageType("apus_join_request"), .emptyObject, parent: Array("{}".utf8))
    exchange.send(
      message, to: [Array(engine.uuid.utf8), Array(Self.itself.utf8)], on: .controlEngines)
  }

  /// Asks an engine for nothing, on the channels on which it may still have requests: what it has not answered before it
  /// answers this is lost.
  mutating func probe(_ engine: EngineID) {
    for channel in restored.takeProbes(of: engine) {
      let message = exchange.message(
        MessageType("kernel_info_request"), .emptyObject, parent: Array("{}".utf8))
      let frames = message.frames(
        identities: [Array(Self.prober.utf8)], signer: exchange.signer)
      guard let header = try? MessageHeader(message.header.span) else { continue }
      restored.probed(engine, channel, by: header.id)
      exchange.send(
        EngineMessage(
          parcel: Parcel(frames), engine: engine, channel: channel,
          purpose: .direct(header, parent: message.header, ClientID(Array(Self.prober.utf8)))))
    }
  }

  /// Takes in a reply `[engine, client, delimiter, …]` to a request of an earlier controller.
  ///
  /// - Returns: false if it is none.
  mutating func receiveRestored(_ envelope: Envelope) throws(WireError) -> Bool {
    guard restored.hasOpen, let id = try envelope.readParentID() else { return false }
    if restored.isProbe(id) {
      let known = (try? envelope.readContent())?["apus_open"]?.strings ?? []
      return endProbe(id, known: Set(known.map { MessageID($0) }))
    }
    let engine = EngineID(envelope.parcel.text(0))
    guard let request = restored.end(id, by: engine) else { return false }
    direct.end(id)
    records.complete(id, reply: envelope, engine: engine, at: exchange.date)
    tasks.noteDirectReply(id, by: engine, now: exchange.now)
    answer(request, envelope.kept)
    return true
  }

  /// Ends a probe that was answered or could not be sent.
  mutating func endProbe(_ id: MessageID, known: Set<MessageID> = []) -> Bool {
    guard let lost = restored.probeEnded(id, known: known) else { return false }
    for request in lost {
      if request.isLostOnTheWay {
        loseAnswer(request)
      } else if request.isRouted {
        guard tasks.scheduler.engine(of: request.id) == request.engine else { continue }
        exchange.log(
          .info, "its engine does not have task '\(request.id)', which is given to another")
        tasks.handle(.notDelivered(request.id, request.engine), &records, &exchange)
      } else {
        exchange.log(.warning, "its engine does not have task '\(request.id)', which is lost")
        lose(request)
      }
    }
    return true
  }

  /// Fails a request of a client to one engine, which does not have it: it or its answer was lost with a connection.
  ///
  /// It may have run, and no other engine can take it.
  private mutating func loseAnswer(_ request: RestoredRequests.Open) {
    guard direct.requests.engine(of: request.id) == request.engine else { return }
    guard let record = records[request.id] else { return direct.end(request.id) }
    direct.end(request.id)
    let error = RemoteError(
      "EngineError",
      "request '\(request.id)' or its answer was lost when the connection of \(engines.name(request.engine)) was cut; it may have run"
    )
    let message = exchange.message(
      .applyReply, error.content, parent: record.request?.header ?? Array("{}".utf8),
      metadata: MessageExchange.failureMetadata(request.engine))
    // That of a client that has reconnected since, or the one that the request came from.
    let client =
      restored.name(of: record.clientUUID ?? "", on: .mux)?.bytes
      ?? record.request.flatMap { $0.delimiter > 0 ? $0.parcel.bytes(0) : nil }
    let isAboutMap = record.request?.isAboutMap ?? true
    records.complete(
      request.id, reply: Envelope(message), engine: request.engine, at: exchange.date)
    // A map's client asks the engine itself.
    guard let client, !isAboutMap else { return }
    exchange.send(message, to: [client, Array(request.engine.uuid.utf8)], on: .muxClients)
  }

  /// An engine is gone, and its requests have failed.
  mutating func restoredEngineGone(_ engine: EngineID) {
    for request in restored.engineGone(engine) { answer(request, nil) }
  }

  // MARK: Clients

  /// Takes in a request that its client sends once more, because it has had no answer and the controller is another one.
  mutating func repeated(_ id: MessageID, _ envelope: Envelope, on channel: EngineChannel) {
    guard let session = (try? envelope.readHeader())?.session, !session.isEmpty else { return }
    let client = ClientID(envelope.parcel.bytes(0))
    for answer in restored.heard(session, as: client, on: channel) {
      send(answer.id, answer.reply, to: client, on: channel)
    }
    if tasks.redirect(id) {
      restored.expect(id, from: session)
    } else if let engine = direct.requests.engine(of: id) {
      restored.redirect(
        RestoredRequests.Open(id: id, engine: engine, session: session, channel: .mux))
    } else if let reply = records[id]?.reply {
      send(id, reply, to: client, on: channel)
    } else {
      // What the answer belongs to is all that is left of the request.
      let header = JSONText(["msg_id": .string(id.text), "session": .string(session)]).bytes
      let error = RemoteError(
        "EngineError", "the result of task '\(id)' is no longer kept; submit it again")
      let message = exchange.message(.applyReply, error.content, parent: header)
      exchange.send(message, to: [client.bytes], on: channel.clients)
    }
  }

  /// By this a client names the requests on a channel whose answers it awaits.
  static let awaitRequest = MessageType("apus_await_request")

  /// Sends answers again that a client may have lost, and lets the others find the way to its present connection.
  ///
  /// Engines are asked for what they were sent; the client is told what is unknown here.
  mutating func answerAwaited(
    _ header: MessageHeader, _ envelope: Envelope, on channel: EngineChannel
  ) throws(WireError) {
    let ids = try envelope.readContent()["msg_ids"]?.strings ?? []
    var (unknown, asked): ([String], Set<EngineID>) = ([], [])
    for id in ids.map({ MessageID($0) }) {
      if isNew(id) { unknown.append(id.text) } else { lookAfter(id, envelope, on: channel) }
      let engine = tasks.scheduler.engine(of: id) ?? direct.requests.engine(of: id)
      // It may not have what it was sent, either.
      if let engine, !restored.isAsking(id), asked.insert(engine).inserted {
        askAgain(engine)
        probe(engine)
      }
    }
    let content = JSONText(object: [("status", .string("ok")), ("unknown", .strings(unknown))])
    exchange.send(
      exchange.message(MessageType("apus_await_reply"), content, parent: envelope.header),
      to: [envelope.parcel.bytes(0)], on: channel.clients)
  }

  /// Nothing is lost on the way back to a client whose connection is the one that its request came from.
  private mutating func lookAfter(
    _ id: MessageID, _ envelope: Envelope, on channel: EngineChannel
  ) {
    if let request = records[id]?.request, request.delimiter > 0,
      request.parcel.bytes(0) == envelope.parcel.bytes(0)
    {
      return
    }
    repeated(id, envelope, on: channel)
  }

  /// Notes that a client has sent something, and sends it the answers that were kept for it.
  mutating func heard(_ envelope: Envelope, on channel: EngineChannel) {
    guard restored.concernsClients, let session = (try? envelope.readHeader())?.session,
      !session.isEmpty
    else { return }
    let client = ClientID(envelope.parcel.bytes(0))
    for answer in restored.heard(session, as: client, on: channel) {
      send(answer.id, answer.reply, to: client, on: channel)
    }
  }
}
