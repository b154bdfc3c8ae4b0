// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire
import ApusWorkers

/// An engine at work: it joins a controller, answers pings and requests, and runs the tasks of maps in worker processes.
///
/// One thread does all of it, so that nothing needs a lock: while tasks run, their pool's loop calls ``turn(_:room:)``.
package final class EngineService {
  /// Why an engine has ended.
  package enum End: Sendable, Hashable {
    /// It was told to: by a signal, by a client, or because the program that started it is gone.
    case stopped
    /// The controller has been silent for too long.
    case controllerGone
  }

  enum Source {
    case registration, ping, lifeline
    case requests(EngineRequest.Route)
  }

  let connection: EngineConnection
  let clock = MonotonicClock()
  let watchOfSockets: SocketWatch
  let functions: KnownFunctions
  var queue = MapQueue()
  var answers = SentAnswers()
  var plain = PlainRequests()
  /// The map whose tasks are running.
  var currentMap: String?
  var currentPool: BatchPool?
  /// Whether the current map was ended by its client.
  var isMapEnded = false
  var end: End?
  /// Requests for tasks that have not begun, which are answered when these have been taken out.
  var withdrawals: [EngineRequest] = []

  private let settings: EngineSettings
  private let dialer: SocketDialer
  private var sources: [(Source, Socket?)] = []
  private var lastPing: Instant
  private var nextLook: Instant
  private let parcel = Parcel()

  /// - Parameter program: what workers run in place of this program; for tests.
  /// - Throws: ``TransportError``, ``WireError``.
  package init(_ settings: EngineSettings, program: String? = nil) throws {
    self.settings = settings
    dialer = try SocketDialer(settings.file, in: TransportContext())
    connection = try EngineConnection(
      EngineID(EngineID.swiftPrefix + RandomName.session()), dialer: dialer)
    watchOfSockets = try SocketWatch()
    functions = KnownFunctions(workers: settings.workers, program: program)
    lastPing = clock.now
    nextLook = clock.now
  }

  // MARK: Life

  /// Joins, serves until the end, and leaves.
  ///
  /// - Parameter joined: called with the engine's number.
  /// - Throws: ``TransportError`` `.timeout` if the controller does not answer, `.refused` if it refuses the engine.
  package func run(joined: (Int) -> Void = { _ in }) throws -> End {
    guard try join() else { return .stopped }
    joined(connection.number ?? -1)
    defer {
      functions.stop()
      connection.leave()
    }
    while true {
      if let end { return end }
      turn(milliseconds: queue.next == nil ? 500 : 0)
      if let map = queue.next, end == nil { run(map) }
    }
  }

  /// - Returns: false if it was told to end meanwhile.
  private func join() throws -> Bool {
    let socket = try connection.requestRegistration(number: settings.number)
    guard try settings.receive(socket, into: parcel) else { return false }
    try connection.finishRegistration(parcel)
    try watch(socket, .registration)
    let routes: [EngineRequest.Route] = [.direct, .balanced, .broadcast]
    for (socket, route) in zip(connection.sockets(.work), routes) {
      try watch(socket, .requests(route))
    }
    for socket in connection.sockets(.control) { try watch(socket, .requests(.control)) }
    let ping = try dialer.open(.subscribe, "hb_ping")
    try dialer.connect(ping, to: "hb_ping")
    try watch(ping, .ping)
    for lifeline in settings.lifelines {
      _ = try watchOfSockets.add(descriptor: lifeline)
      sources.append((.lifeline, nil))
    }
    lastPing = clock.now
    return true
  }

  private func watch(_ socket: Socket, _ source: Source) throws {
    _ = try watchOfSockets.add(socket)
    sources.append((source, socket))
  }

  /// Makes ``run(joined:)`` return soon.
  func stop(_ reason: End = .stopped) {
    if end == nil { end = reason }
    currentPool?.close()
  }

  // MARK: Messages

  /// Handles what has come in, after waiting for the first of it, until there is nothing more.
  func turn(milliseconds: Int) {
    var wait = milliseconds
    while watchOfSockets.wait(milliseconds: wait) {
      wait = 0
      for index in sources.indices where watchOfSockets.isReady(index) { read(index) }
      if end != nil { break }
    }
    look()
  }

  private func read(_ index: Int) {
    let (source, socket) = sources[index]
    guard let socket else { return stop() }
    for _ in 0..<64 {
      guard socket.receive(into: parcel) else { return }
      switch source {
      case .ping:
        lastPing = clock.now
        connection.answer(ping: parcel)
      case .requests(let route): receive(parcel, route, socket)
      case .registration, .lifeline: break
      }
    }
  }

  /// Does what is due every now and then.
  private func look() {
    let now = clock.now
    guard nextLook <= now else { return }
    nextLook = now + .milliseconds(500)
    if lastPing + connection.longestSilence <= now { stop(.controllerGone) }
    for map in queue.expire(now: now) { forget(map) }
  }

  private func receive(_ parcel: Parcel, _ route: EngineRequest.Route, _ socket: Socket) {
    // What is malformed or not signed is not answered, as elsewhere in the protocol.
    let request = try? EngineRequest(parcel, route, signer: connection.signer, date: clock.date)
    guard let request else { return }
    if request.metadata["apus"] == nil { answer(plain: request) } else { receive(map: request) }
  }

  /// Answers a request that is not about a map; clients wait for the word that the engine is idle again, which follows the reply.
  private func answer(plain request: EngineRequest) {
    connection.publish("status", request, [("execution_state", .string("busy"))])
    let (reply, action) = plain.answer(request, engine: connection.number ?? -1)
    if case .call(let call) = action {
      if let reply = call.enter(&queue, functions, request) { connection.finish(request, reply) }
      return
    }
    connection.send(reply, to: request)
    switch action {
    case .none, .call: break
    case .giveBack(let requests): plain.abort(giveBack(requests))
    case .interrupt: interrupt()
    case .shutDown:
      connection.publish(
        "shutdown", request, [("status", .string("ok")), ("restart", JSONText(.bool(false)))],
        as: "shutdown_reply")
      stop()
    case .stop: stop()
    }
    connection.publish("status", request, [("execution_state", .string("idle"))])
  }
}
