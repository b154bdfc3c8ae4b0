// Part of Apus, Apache-2.0. See LICENSE.
package import ApusCluster
package import ApusWire

/// Engines in one thread that speak the whole protocol and compute nothing: for tests and for measurements.
///
/// They register, send pings back, answer requests as they are told to and publish their states.
package final class SimulatedEngines {
  /// What an engine does with a request.
  package enum Behaviour: Sendable {
    /// Answers with no result.
    case answers
    /// Answers with an error of this Python class.
    case fails(String)
    /// Answers that another engine must do it.
    case refuses
    /// Never answers.
    case isSilent
  }

  /// One of them.
  package struct Engine {
    package let uuid: String
    package fileprivate(set) var id = -1
    package fileprivate(set) var served = 0
    var registration: Socket?
    var shell: [Socket] = []
    var control: Socket?
    var output: Socket?
    var pong: Socket?
    var maker: MessageMaker
  }

  private enum Role: Sendable { case shell, control, ping, registration }

  package private(set) var engines: [Engine]
  /// Whether they tell when they begin and end; it doubles the messages.
  package var publishes = true
  /// Chooses what each does with each request.
  package var behaviour: (Engine, MessageHeader) -> Behaviour = { _, _ in .answers }
  /// Is told of every request before it is answered.
  package var sees: (Engine, MessageHeader, Envelope) -> Void = { _, _, _ in }

  private let context: TransportContext
  private let file: ConnectionFile
  private let signer: MessageSigner
  private let set: SocketSet
  private let curve: CurveKeys?
  private let ping: Socket
  private var roles: [(engine: Int, role: Role)] = []
  private let parcel = Parcel()

  /// Opens the sockets of `count` engines; ``register(within:)`` has them join.
  package init(
    _ count: Int, _ file: ConnectionFile, in context: TransportContext, names: [String]? = nil
  ) throws {
    self.context = context
    self.file = file
    signer = try MessageSigner(key: Array(file.key.utf8), scheme: file.signatureScheme)
    set = try SocketSet()
    curve = try file.curveServerKey == nil ? nil : CurveKeys.make()
    engines = (0..<count).map { index in
      let uuid = names?[index] ?? RandomName.session()
      return Engine(
        uuid: uuid,
        maker: MessageMaker(session: uuid, process: HostName.process, username: "simulated"))
    }
    ping = try Socket(.subscribe, name: "hb_ping", in: context)
    try ping.set(linger: .zero)
    try connect(ping, "hb_ping")
    try watch(ping, -1, .ping)
  }

  private func watch(_ socket: Socket, _ engine: Int, _ role: Role) throws {
    _ = try set.add(socket)
    roles.append((engine, role))
  }

  private func connect(_ socket: Socket, _ channel: String) throws {
    try connect(socket, port: file.ports[channel] ?? 0)
  }

  private func connect(_ socket: Socket, port: Int) throws {
    if let curve, let key = file.curveServerKey { try socket.useCurve(serverKey: key, curve) }
    try socket.connect(file.address(port: port) { _ in true })
  }

  private func open(_ kind: Socket.Kind, _ name: String, _ uuid: String) throws -> Socket {
    let socket = try Socket(kind, name: name, in: context)
    try socket.set(identity: uuid)
    try socket.set(linger: .zero)
    return socket
  }

  /// Asks for all numbers and serves until everybody has one and is connected.
  ///
  /// - Throws: a ``TransportError`` if it takes longer, or an engine is refused.
  package func register(within milliseconds: Int = 20_000) throws {
    for index in engines.indices {
      let socket = try open(.dealer, "registration", engines[index].uuid)
      try connect(socket, "registration")
      engines[index].registration = socket
      try watch(socket, index, .registration)
      let content = JSONText(object: [("uuid", .string(engines[index].uuid))])
      let message = engines[index].maker.message(
        MessageType("registration_request"), content: content, date: ControllerClock.date)
      _ = socket.send(message.frames(signer: signer))
    }
    let deadline = ControllerClock.nanoseconds + milliseconds * 1_000_000
    while engines.contains(where: { $0.id < 0 }) {
      guard ControllerClock.nanoseconds < deadline else {
        throw TransportError("register engines", number: 0, reason: "no reply in time")
      }
      try serve(milliseconds: 100)
    }
  }

  private func finishRegistration(_ index: Int) throws {
    let (_, message) = try WireMessage.read(parcel.allBytes, signer: signer)
    let content = try JSONValue(message.content)
    guard let id = content["id"]?.integer else {
      throw TransportError(
        "register an engine", number: 0, reason: content["evalue"]?.string ?? "it was refused")
    }
    let uuid = engines[index].uuid
    engines[index].id = id
    let ports = [
      file.ports["mux"] ?? 0, file.ports["task"] ?? 0,
      file.broadcastPorts[id % file.broadcastPorts.count],
    ]
    for port in ports {
      let socket = try open(.dealer, "shell", uuid)
      try connect(socket, port: port)
      engines[index].shell.append(socket)
      try watch(socket, index, .shell)
    }
    let control = try open(.dealer, "control", uuid)
    try connect(control, "control")
    engines[index].control = control
    try watch(control, index, .control)
    let output = try open(.publish, "iopub", uuid)
    try connect(output, "iopub")
    engines[index].output = output
    let pong = try open(.dealer, "hb_pong", uuid)
    try connect(pong, "hb_pong")
    engines[index].pong = pong
  }

  /// Handles what has come, after waiting at most so long for the first.
  package func serve(milliseconds: Int) throws {
    var failure: (any Error)?
    set.wait(milliseconds: milliseconds) { number, socket in
      let (engine, role) = roles[number]
      for _ in 0..<64 {
        guard socket.receive(into: parcel) else { return false }
        do {
          try handle(engine, role, socket)
        } catch {
          failure = error
        }
      }
      return true
    }
    if let failure { throw failure }
  }

  private func handle(_ engine: Int, _ role: Role, _ socket: Socket) throws {
    switch role {
    case .ping:
      for engine in engines { _ = engine.pong?.send(parcel) }
    case .registration: try finishRegistration(engine)
    case .shell, .control: try reply(engine, socket)
    }
  }

  private func reply(_ index: Int, _ socket: Socket) throws {
    let envelope = try Envelope(parcel)
    guard envelope.isSigned(by: signer) else { throw WireError(.wrongSignature, "a request") }
    let header = try envelope.readHeader()
    sees(engines[index], header, envelope)
    let behaviour = behaviour(engines[index], header)
    if case .isSilent = behaviour { return }
    let request = envelope.header
    if publishes { publish(index, "busy", request) }
    engines[index].served += 1
    let message = answer(index, header, request, envelope.metadata, behaviour)
    let identities = (0..<envelope.delimiter).map { parcel.bytes($0) }
    _ = socket.send(message.frames(identities: identities, signer: signer))
    if publishes { publish(index, "idle", request) }
  }

  private func publish(_ index: Int, _ state: String, _ request: [UInt8]) {
    let topic = Array("engine.\(engines[index].id).status".utf8)
    let content = JSONText(object: [("execution_state", .string(state))])
    let message = engines[index].maker.message(
      MessageType("status"), content: content, parent: request, date: ControllerClock.date)
    _ = engines[index].output?.send(message.frames(identities: [topic], signer: signer))
  }

  /// Publishes a message of one engine, as a task of its would.
  package func publish(
    _ index: Int, _ type: String, _ content: JSONText, parent: [UInt8], topic: String
  ) {
    let name = Array("engine.\(engines[index].id).\(topic)".utf8)
    let message = engines[index].maker.message(
      MessageType(type), content: content, parent: parent, date: ControllerClock.date)
    _ = engines[index].output?.send(message.frames(identities: [name], signer: signer))
  }

  private func answer(
    _ index: Int, _ header: MessageHeader, _ request: [UInt8], _ metadata: [UInt8],
    _ behaviour: Behaviour
  ) -> WireMessage {
    let engine = engines[index]
    let asked = try? ReplyMetadata(metadata.span)
    if case .answers = behaviour, header.type == .applyRequest {
      return plainAnswer(index, request, asked)
    }
    var status = "ok"
    var content = JSONText(object: [
      ("status", .string("ok")), ("execution_count", .integer(engine.served)),
    ])
    var isMet = true
    switch behaviour {
    case .answers, .isSilent: break
    case .refuses: isMet = false
    case .fails(let name):
      status = "error"
      content = RemoteError(name, "as wished", engine: (engine.uuid, engine.id, "apply")).content
    }
    let date = ControllerClock.date
    let said = JSONText(object: [
      ("engine", .string(engine.uuid)), ("status", .string(status)),
      ("dependencies_met", JSONText(.bool(isMet))), ("started", .string(date.description)),
      ("is_broadcast", JSONText(.bool(asked?.isBroadcast ?? false))),
      ("is_coalescing", JSONText(.bool(asked?.isCoalescing ?? false))),
      ("original_msg_id", .string(asked?.originalID ?? "")),
    ])
    var message = engines[index].maker.message(
      header.type.reply, content: content, parent: request, metadata: said, date: date)
    if status == "ok" && header.type == .applyRequest { message.buffers = [Self.none] }
    return message
  }

  /// What nearly all answers are, made without a detour.
  private func plainAnswer(
    _ index: Int, _ request: [UInt8], _ asked: ReplyMetadata?
  ) -> WireMessage {
    let date = ControllerClock.date
    var metadata = Array(#"{"dependencies_met":true,"label":null,"status":"ok","engine":""#.utf8)
    metadata += engines[index].uuid.utf8
    metadata += #"","started":""#.utf8
    metadata += date.utf8
    if let asked, asked.isBroadcast {
      metadata += #"","is_broadcast":true,"is_coalescing":"#.utf8
      metadata += (asked.isCoalescing ? "true" : "false").utf8
      metadata += #","original_msg_id":""#.utf8
      metadata += asked.originalID.utf8
      metadata += #""}"#.utf8
    } else {
      metadata += #"","is_broadcast":false,"is_coalescing":false,"original_msg_id":""}"#.utf8
    }
    return WireMessage(
      header: engines[index].maker.header(.applyReply, date: date), parent: request,
      metadata: metadata, content: Self.success, buffers: [Self.none])
  }

  private static let success = Array(#"{"status":"ok"}"#.utf8)

  /// Python's `pickle.dumps(None)`.
  package static let none: [UInt8] = [0x80, 4, 0x4E, 0x2E]

  /// Closes all connections of an engine, as the end of its process would.
  package func kill(_ index: Int) {
    for (number, role) in roles.enumerated() where role.engine == index { set.remove(number) }
    engines[index].registration = nil
    engines[index].shell = []
    engines[index].control = nil
    engines[index].output = nil
    engines[index].pong = nil
  }

  /// Closes the connections for work of an engine, whose heart goes on.
  package func closeShell(_ index: Int) {
    for (number, role) in roles.enumerated() where role.engine == index && role.role == .shell {
      set.remove(number)
    }
    engines[index].shell = []
  }

  /// Stops sending pings back for an engine without closing anything.
  package func silenceHeart(_ index: Int) { engines[index].pong = nil }
}
