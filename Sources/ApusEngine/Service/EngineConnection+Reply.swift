// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire

extension EngineConnection {
  /// Reads a request; nil for what is malformed or not signed, which is not answered, as elsewhere in the protocol.
  func request(_ parcel: Parcel, _ route: EngineRequest.Route) -> EngineRequest? {
    try? EngineRequest(parcel, route, signer: signer, date: clock.date)
  }

  /// Sends a reply by the channel through which its request has come.
  ///
  /// - Parameter identities: the frames that lead back to the client.
  func reply(
    _ message: WireMessage, over route: EngineRequest.Route, to identities: [[UInt8]]
  ) {
    channels.send(message.frames(identities: identities, signer: signer), on: route.channel)
  }

  /// Sends the reply to a request.
  func send(_ reply: EngineReply, to request: EngineRequest) {
    let engine = (id.uuid, number ?? -1)
    var message = message(
      request.type.reply, reply.content(to: request, from: engine), parent: request.header,
      metadata: reply.metadata(to: request, from: engine))
    message.buffers = reply.buffers
    self.reply(message, over: request.route, to: request.identities)
  }

  /// Says why tasks of a map cannot run here.
  func refuse(_ request: EngineRequest, _ reason: String) {
    send(.failed(MapReply.refusal, reason), to: request)
  }

  /// Tells all clients something about a request.
  func publish(
    _ topic: String, _ request: EngineRequest, _ content: [(String, JSONText)],
    as type: String = "status"
  ) {
    publish(MessageType(type), JSONText(object: content), parent: request.header, topic: topic)
  }

  /// Tells all clients that the engine ends because one has asked for it.
  func publishShutdown(_ request: EngineRequest) {
    publish(
      "shutdown", request, [("status", .string("ok")), ("restart", JSONText(.bool(false)))],
      as: "shutdown_reply")
  }

  /// Tells all clients a line that a task has written.
  func publish(line: String, _ request: EngineRequest) {
    let content: [(String, JSONText)] = [
      ("name", .string("stdout")), ("text", .string(line + "\n")),
    ]
    publish("stream.stdout", request, content, as: "stream")
  }

  /// Sends a reply, and the word that the request is done with.
  func finish(_ request: EngineRequest, _ reply: EngineReply) {
    send(reply, to: request)
    publish("status", request, [("execution_state", .string("idle"))])
  }
}
