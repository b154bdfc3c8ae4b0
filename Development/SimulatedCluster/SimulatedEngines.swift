// Part of Apus, Apache-2.0. See LICENSE.
package import ApusEngine
package import ApusTransport
package import ApusWire

/// Engines in one thread that speak the whole protocol and compute nothing, for tests and measurements.
///
/// They register, answer pings, answer requests as told and publish their states.
package final class SimulatedEngines {
  /// What an engine does with a request.
  package enum Behaviour: Sendable {
    /// Answers with the result `None`.
    case answers
    /// Answers with an error of this Python class.
    case fails(String)
    /// Answers that another engine must run it.
    case refuses
    /// Never answers.
    case neverAnswers
  }

  /// One simulated engine.
  package struct SimulatedEngine {
    package let connection: EngineConnection
    let sockets: EngineSockets
    package fileprivate(set) var served = 0

    package var id: EngineID { connection.id }
    package var number: Int { connection.number ?? -1 }
  }

  private enum Source: Sendable {
    case ping
    case engine(Int, EnginePort)
  }

  package private(set) var engines: [SimulatedEngine]
  /// Whether they publish when they begin and end a request; this doubles the number of messages.
  package var publishes = true
  /// Chooses what each engine does with each request.
  package var behaviour: (SimulatedEngine, MessageHeader) -> Behaviour = { _, _ in .answers }
  /// Is called with every request before it is answered.
  package var onRequest: (SimulatedEngine, MessageHeader, Envelope) -> Void = { _, _, _ in }

  private let set: SocketSet
  private let ping: Socket
  private let clock = MonotonicClock()
  private var sources: [Source] = []
  private let parcel = Parcel()

  /// Makes engines that have not asked to join; ``register(within:)`` makes them join.
  package init(
    _ count: Int, _ file: ConnectionFile, in context: TransportContext, names: [String]? = nil
  ) throws {
    let dialer = try SocketDialer(file, in: context)
    set = try SocketSet()
    engines = try (0..<count).map { index in
      let id = EngineID(names?[index] ?? RandomName.session())
      let sockets = EngineSockets(dialer)
      return SimulatedEngine(
        connection: try EngineConnection(id, file, channels: sockets, username: "simulated"),
        sockets: sockets)
    }
    ping = try dialer.open(.subscribe, "hb_ping")
    try dialer.connect(ping, to: "hb_ping")
    try watch(ping, .ping)
  }

  private func watch(_ socket: Socket, _ source: Source) throws {
    _ = try set.add(socket)
    sources.append(source)
  }

  /// Asks for all numbers and serves until every engine has one and is connected.
  ///
  /// - Throws: ``TransportError`` `.timeout` if it takes longer, `.refused` if an engine is refused.
  package func register(within timeout: Duration = .seconds(20)) throws {
    for (index, engine) in engines.enumerated() {
      try engine.connection.requestRegistration()
      try watch(index, .registration)
    }
    let deadline = clock.now + timeout
    while engines.contains(where: { $0.connection.number == nil }) {
      guard clock.now < deadline else {
        throw TransportError(.timeout, "the controller did not register all engines in time")
      }
      try serve(milliseconds: 100)
    }
  }

  private func finishRegistration(_ index: Int) throws {
    try engines[index].connection.finishRegistration(parcel)
    for channel in Self.work + [.control] { try watch(index, channel) }
  }

  private static let work = [EnginePort.direct, .balanced, .broadcast]

  private func watch(_ index: Int, _ channel: EnginePort) throws {
    if let socket = engines[index].sockets.socket(channel) {
      try watch(socket, .engine(index, channel))
    }
  }

  /// Handles what has come in, after waiting for the first of it.
  package func serve(milliseconds: Int) throws {
    var failure: (any Error)?
    set.wait(milliseconds: milliseconds) { number, socket in
      let source = sources[number]
      for _ in 0..<64 {
        guard socket.receive(into: parcel) else { return false }
        do {
          try handle(source, socket)
        } catch {
          failure = error
        }
      }
      return true
    }
    if let failure { throw failure }
  }

  private func handle(_ source: Source, _ socket: Socket) throws {
    switch source {
    case .ping: for engine in engines { engine.connection.answer(ping: parcel) }
    case .engine(let index, .registration): try finishRegistration(index)
    case .engine(let index, _): try reply(index, socket)
    }
  }

  private func reply(_ index: Int, _ socket: Socket) throws {
    let connection = engines[index].connection
    let envelope = try Envelope(parcel)
    guard envelope.isSigned(by: connection.signer) else {
      throw WireError(.wrongSignature, "a request with a wrong signature")
    }
    let header = try envelope.readHeader()
    onRequest(engines[index], header, envelope)
    let behaviour = behaviour(engines[index], header)
    if case .neverAnswers = behaviour { return }
    let request = envelope.header
    if publishes { publishState(index, "busy", request) }
    engines[index].served += 1
    let reply = SimulatedReply(engines[index], header, request, envelope.metadata)
    let message = reply.message(behaviour)
    let identities = (0..<envelope.delimiter).map { parcel.bytes($0) }
    _ = socket.send(message.frames(identities: identities, signer: connection.signer))
    if publishes { publishState(index, "idle", request) }
  }

  private func publishState(_ index: Int, _ state: String, _ request: [UInt8]) {
    let content = JSONText(object: [("execution_state", .string(state))])
    publish(index, "status", content, parent: request, topic: "status")
  }

  /// Publishes a message of one engine, as a task on it would.
  package func publish(
    _ index: Int, _ type: String, _ content: JSONText, parent: [UInt8], topic: String
  ) {
    engines[index].connection.publish(
      MessageType(type), content, parent: parent, topic: topic)
  }

  // MARK: Faults

  /// Closes all connections of an engine, as the end of its process would.
  package func kill(_ index: Int) {
    for (number, source) in sources.enumerated() {
      if case .engine(index, _) = source { set.remove(number) }
    }
    engines[index].sockets.close()
  }

  /// Closes the connections for work of an engine, which still answers pings.
  package func closeWork(_ index: Int) {
    for (number, source) in sources.enumerated() {
      if case .engine(index, let channel) = source, Self.work.contains(channel) {
        set.remove(number)
      }
    }
    for channel in Self.work { engines[index].sockets.close(channel) }
  }
}
