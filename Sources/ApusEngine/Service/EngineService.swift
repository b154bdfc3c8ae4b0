// Part of Apus, Apache-2.0. See LICENSE.
package import ApusTransport
import ApusWire
package import ApusWorkers

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
  let channels: any EngineChannels
  let clock: any TimeSource
  let functions: KnownFunctions
  var queue = MapQueue()
  var answers = SentAnswers()
  var plain: PlainRequests
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
  private var lastPing: Instant
  private var nextLook: Instant

  /// - Parameter program: what workers run in place of this program; for tests.
  /// - Throws: ``TransportError``, ``WireError``.
  package convenience init(_ settings: EngineSettings, program: String? = nil) throws {
    let id = EngineID(EngineID.swiftPrefix + RandomName.session())
    let channels = try EngineSockets(
      settings.file, lifelines: settings.lifelines, warnings: settings.warnings)
    let connection = try EngineConnection(id, settings.file, channels: channels)
    self.init(settings, connection, MonotonicClock()) { function in
      try BatchPool(function, workers: settings.workers, program: program)
    }
  }

  /// - Parameter makePool: makes what runs the tasks of a function.
  package init(
    _ settings: EngineSettings, _ connection: EngineConnection, _ clock: any TimeSource,
    makePool: @escaping (EncodedFunction) throws -> BatchPool
  ) {
    (self.settings, self.connection, self.clock) = (settings, connection, clock)
    channels = connection.channels
    functions = KnownFunctions(workers: settings.workers, makePool)
    plain = PlainRequests(workers: settings.workers)
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
    var arrival = Arrival(connection, settings, clock)
    guard try arrival.run() else { return .terminated }
    if arrival.isWarned { retirement.warn() }
    lastPing = clock.now
    joined(connection.number ?? -1)
    defer {
      handBackAll()
      Farewell(connection: connection, clock: clock).run()
      functions.stop()
    }
    while true {
      if let end { return end }
      turn(milliseconds: queue.next == nil ? 500 : 0)
      if retirement.isDue(now: clock.now) { retire() }
      if let map = queue.next, end == nil { run(map) }
    }
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
    while channels.wait(milliseconds: wait) {
      wait = 0
      channels.read { input, parcel in receive(input, parcel) }
      if end != nil { break }
    }
    look()
  }

  private func receive(_ input: EngineInput, _ parcel: Parcel) {
    switch input {
    case .lifeline: stop(.terminated)
    case .warning: warn()
    case .message(.ping):
      lastPing = clock.now
      connection.answer(ping: parcel)
    case .message(.registration): connection.takeNumber(parcel)
    case .message(let channel):
      if let route = EngineRequest.Route(channel) { receive(parcel, route) }
    }
  }

  private func warn() {
    settings.warnings?.clear()
    retirement.warn()
  }

  /// Does what is due every now and then.
  private func look() {
    let now = clock.now
    guard nextLook <= now else { return }
    nextLook = now + .milliseconds(500)
    if lastPing + connection.longestSilence <= now { stop(.controllerGone) }
    for map in queue.expire(now: now) { forget(map) }
  }

  private func receive(_ parcel: Parcel, _ route: EngineRequest.Route) {
    guard let request = connection.request(parcel, route) else { return }
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
    let (reply, action) = plain.answer(request, engine: connection.number, open: queue.requests)
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
    case .join: connection.joinAgain()
    }
    connection.publish("status", request, [("execution_state", .string("idle"))])
  }
}
