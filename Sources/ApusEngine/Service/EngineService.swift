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
    /// A client has told it to.
    case stopped
    /// It was told to by a signal, or the program that started it is gone.
    case terminated
    /// The controller has been silent for too long.
    case controllerGone
    /// Its allocation ends, or it was told to begin nothing more, and what it had begun has ended.
    case retired
  }

  let connection: EngineConnection
  let clock = MonotonicClock()
  let inputs: EngineInputs
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

  var retirement: Retirement
  var usage: EngineUsage
  private let settings: EngineSettings
  private let dialer: SocketDialer
  private var lastPing: Instant
  private var nextLook: Instant

  /// - Parameter program: what workers run in place of this program; for tests.
  /// - Throws: ``TransportError``, ``WireError``.
  package init(_ settings: EngineSettings, program: String? = nil) throws {
    self.settings = settings
    dialer = try SocketDialer(settings.file, in: TransportContext())
    connection = try EngineConnection(
      EngineID(EngineID.swiftPrefix + RandomName.session()), dialer: dialer)
    inputs = try EngineInputs()
    functions = KnownFunctions(workers: settings.workers, program: program)
    lastPing = clock.now
    nextLook = clock.now
    usage = EngineUsage(now: clock.now)
    retirement = Retirement(left: settings.allocationEnd?.timeLeft, now: clock.now)
  }

  // MARK: Life

  /// Joins, serves until the end, and leaves.
  ///
  /// - Parameter joined: called with the engine's number.
  /// - Throws: ``TransportError`` `.timeout` if the controller does not answer, `.refused` if it refuses the engine.
  package func run(joined: (Int) -> Void = { _ in }) throws -> End {
    guard try join() else { return .terminated }
    joined(connection.number ?? -1)
    defer {
      handBackAll()
      Farewell(connection: connection, inputs: inputs, clock: clock).run()
      functions.stop()
    }
    while true {
      if let end { return end }
      turn(milliseconds: queue.next == nil ? 500 : 0)
      if retirement.isDue(now: clock.now) { retire() }
      if let map = queue.next, end == nil { run(map) }
    }
  }

  /// - Returns: false if it was told to end meanwhile.
  private func join() throws -> Bool {
    let socket = try connection.requestRegistration(number: settings.number)
    let answer = Parcel()
    guard try settings.receive(socket, into: answer) else { return false }
    try connection.finishRegistration(answer)
    try inputs.listen(to: connection, dialer, settings)
    lastPing = clock.now
    return true
  }

  /// Makes ``run(joined:)`` return soon.
  func stop(_ reason: End = .stopped) {
    if end == nil { end = reason }
    handBackAll()
    currentPool?.close()
  }

  // MARK: Messages

  /// Handles what has come in, after waiting for the first of it, until there is nothing more.
  func turn(milliseconds: Int) {
    var wait = milliseconds
    while inputs.wait(milliseconds: wait) {
      wait = 0
      inputs.read { source, message in receive(source, message) }
      if end != nil { break }
    }
    look()
  }

  private func receive(_ source: EngineInputs.Source, _ message: (Parcel, Socket)?) {
    switch source {
    case .lifeline: stop(.terminated)
    case .warning:
      settings.warnings?.clear()
      retirement.warn()
    case .registration: break
    case .ping:
      lastPing = clock.now
      if let message { connection.answer(ping: message.0) }
    case .requests(let route): if let message { receive(message.0, route, message.1) }
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
    if request.type == EngineUsage.request {
      connection.send(usage.reply(now: clock.now), to: request)
    } else if request.metadata["apus"] == nil {
      answer(plain: request)
    } else {
      receive(map: request)
    }
  }

  /// Answers a request that is not about a map; clients wait for the word that the engine is idle again, which follows the reply.
  private func answer(plain request: EngineRequest) {
    connection.publish("status", request, [("execution_state", .string("busy"))])
    let (reply, action) = plain.answer(request, engine: connection.number, calls: queue.calls)
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
      connection.publishShutdown(request)
      stop()
    case .stop: stop()
    }
    connection.publish("status", request, [("execution_state", .string("idle"))])
  }
}
