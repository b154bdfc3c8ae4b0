// Part of Apus, Apache-2.0. See LICENSE.
package import ApusTransport
package import ApusWire

/// The engines of a controller, from joining to leaving and coming back.
///
/// An engine's death is seen in three ways: its launcher or nanny says so; its connections end; or it misses too many
/// pings. After it has left its replies are accepted for a grace period, and until then a better explanation of its
/// end is welcome. A pure value: events go in with their time, actions come out, so a recorded sequence can be replayed.
package struct EngineTable: Sendable {
  /// Something that happened.
  package enum Event: Sendable {
    /// An engine asks to join, perhaps under a certain number.
    case registrationRequested(EngineID, number: Int?, EngineOrigin)
    /// An engine's departure was announced.
    case unregistrationRequested(number: Int)
    /// An answer to a ping has come through a connection; -1 if the connection is unknown.
    case pong(EngineID, [UInt8], connection: Int32)
    /// The engine with a number has published something through a connection.
    case published(number: Int, connection: Int32)
    case heartbeatConnectionEnded(Int32)
    case outputConnectionEnded(Int32)
    /// A launcher reports how a process has ended.
    case processEnded(EngineOrigin, cause: String)
    /// An engine has said that it ends.
    case endAnnounced(EngineID)
    /// An earlier controller knew these engines.
    case restored(EngineState)
    case timePassed
  }

  /// What follows from an event.
  package enum Action: Sendable, Hashable {
    /// Answer the request to join: the engine has this number.
    case accept(number: Int)
    /// Answer the request to join with an error.
    case refuse(RemoteError)
    /// Send a ping to all engines.
    case ping([UInt8])
    case joined(Engine)
    /// An engine that had left is back, the same process as before.
    case returned(Engine)
    /// An engine that was taken over from an earlier controller counts as joined.
    case restored(Engine)
    /// An engine that has joined has answered a ping.
    case heard(EngineID)
    /// The same, through a new connection: what it sent through the one before may be lost.
    case reconnected(EngineID)
    /// An engine that is not known has answered a ping.
    case stranger(EngineID)
    case left(Engine, Departure)
    /// The replies of an engine that had left are no longer accepted.
    case gone(Engine, reason: String)
    /// An engine did not complete its registration; `reason` says why: "has left before it had joined".
    case registrationEnded(Engine, reason: String)
    /// A launcher's report was about this engine.
    case reportMatched(Engine)
  }

  private struct Departed: Sendable {
    let engine: Engine
    var reason: String
  }

  /// The most departures that are remembered to be matched with launchers' reports.
  package static let maximumRecent = 1024

  package private(set) var registry: EngineRegistry
  private var hearts: HeartMonitor
  private(set) var connections = EngineConnections()
  /// Engines that have left and whose replies are still accepted.
  private var departed: [EngineID: Departed] = [:]
  private var graceEnds = DeadlineHeap<EngineID>()
  /// Engines whose heartbeat connection has ended, and that have not been heard through another yet.
  private var cutOff: Set<EngineID> = []
  private var recent: [Engine] = []
  /// When engines that are not known were heard last.
  private var strangers: [EngineID: Instant] = [:]
  private var actions: [Action] = []

  package init(
    heartbeatPeriod: Duration, allowedMisses: Int, registrationTimeout: Duration, now: Instant
  ) {
    registry = EngineRegistry(registrationTimeout: registrationTimeout)
    hearts = HeartMonitor(period: heartbeatPeriod, allowedMisses: allowedMisses, now: now)
  }

  /// When something falls due next.
  package mutating func nextEvent() -> Instant {
    [registry.nextExpiry, graceEnds.next()].compactMap { $0 }.reduce(hearts.nextEvent, min)
  }

  /// Whether an engine has joined or is joining, so that requests for it are accepted.
  package func isKnown(_ id: EngineID) -> Bool {
    registry.engine(id) != nil || registry.isPending(id)
  }

  /// The name of an engine for people, also of one that is not here.
  package func name(_ id: EngineID) -> String {
    (registry.engine(id) ?? departed[id]?.engine)?.description ?? "Engine \(id)"
  }

  /// Whether an engine was taken over from an earlier controller and has not answered yet.
  package func isReturning(_ id: EngineID) -> Bool { hearts.isReturning(id) }

  /// Takes in an event.
  package mutating func handle(_ event: Event, at now: Instant) -> [Action] {
    switch event {
    case .registrationRequested(let id, let number, let origin):
      register(id, number, origin, now)
    case .unregistrationRequested(let number):
      if let engine = registry.removePending(number: number) {
        actions.append(.registrationEnded(engine, reason: "has left before it had joined"))
      }
      depart(registry.engine(number: number), .announced, now)
    case .pong(let id, let bytes, let connection): pong(id, bytes, connection, now)
    case .published(let number, let connection):
      if let engine = registry.engine(number: number), connection >= 0 {
        connections.noteOutput(connection, of: engine.id)
      }
    case .heartbeatConnectionEnded(let connection): heartbeatEnded(connection, now)
    case .outputConnectionEnded(let connection): outputEnded(connection, now)
    case .processEnded(let origin, let cause): processEnded(origin, cause, now)
    case .endAnnounced(let id): depart(registry.engine(id), .announced, now)
    case .restored(let state): restore(state)
    case .timePassed: expire(now)
    }
    defer { actions.removeAll(keepingCapacity: true) }
    return actions
  }
}

// MARK: - Joining

extension EngineTable {
  private mutating func register(
    _ id: EngineID, _ number: Int?, _ origin: EngineOrigin, _ now: Instant
  ) {
    switch registry.register(id, requested: number, origin: origin, now: now) {
    case .accepted(let number):
      hearts.pingSoon(now: now)
      // A new process with the same name does not have the tasks of the old one.
      giveUp(id)
      actions.append(.accept(number: number))
    case .refused(let error): actions.append(.refuse(error))
    }
  }

  private mutating func pong(
    _ id: EngineID, _ bytes: [UInt8], _ connection: Int32, _ now: Instant
  ) {
    // What it was sent before it was heard first may be lost with a connection that nobody knew.
    let wasReturning = hearts.isReturning(id)
    let pong = hearts.pong(id, bytes)
    if pong == .unexpected { return }
    let number = HeartMonitor.number(bytes) ?? 0
    if isKnown(id) { noteHeartbeat(connection, of: id, ping: number, now) }
    // A late answer of the connection before is none through another.
    let wasCutOff = !hearts.isAwaited(id) && cutOff.remove(id) != nil
    guard pong == .new else {
      actions.append(wasCutOff || wasReturning ? .reconnected(id) : .heard(id))
      return
    }
    guard let (engine, isBack) = registry.answered(id) else {
      meet(id, now)
      return
    }
    hearts.add(id)
    noteHeartbeat(connection, of: id, ping: number, now)
    departed[id] = nil
    graceEnds.cancel(id)
    actions.append(isBack ? .returned(engine) : .joined(engine))
  }

  /// Notes through which connection an engine has answered; one that has ended since ends now that its engine is known.
  private mutating func noteHeartbeat(
    _ connection: Int32, of id: EngineID, ping: Int, _ now: Instant
  ) {
    guard connection >= 0, !connections.noteHeartbeat(connection, of: id, ping: ping) else {
      return
    }
    endHeartbeat(of: id, now)
  }

  /// Notes a pong of an engine that is not known, and tells of it once in a while.
  private mutating func meet(_ id: EngineID, _ now: Instant) {
    guard departed[id] == nil, strangers[id].map({ $0 + .seconds(5) <= now }) ?? true else {
      return
    }
    // Anybody can send pongs.
    if strangers.count > 10_000 { strangers = [:] }
    strangers[id] = now
    actions.append(.stranger(id))
  }

  private mutating func restore(_ state: EngineState) {
    registry.restore(state)
    for engine in registry.joined {
      hearts.expect(engine.id)
      actions.append(.restored(engine))
    }
  }
}

// MARK: - Leaving

extension EngineTable {
  private mutating func depart(_ engine: Engine?, _ departure: Departure, _ now: Instant) {
    guard let engine,
      registry.remove(number: engine.number, mayReturn: !departure.isFinal) != nil
    else { return }
    hearts.remove(engine.id)
    connections.remove(engine.id)
    departed[engine.id] = Departed(engine: engine, reason: "\(engine) \(departure.text)")
    graceEnds.set(engine.id, at: now + departure.gracePeriod)
    recent = recent.suffix(Self.maximumRecent - 1) + [engine]
    actions.append(.left(engine, departure))
  }

  private mutating func giveUp(_ id: EngineID) {
    cutOff.remove(id)
    guard let gone = departed.removeValue(forKey: id) else { return }
    graceEnds.cancel(id)
    actions.append(.gone(gone.engine, reason: gone.reason))
  }

  private mutating func heartbeatEnded(_ connection: Int32, _ now: Instant) {
    if let id = connections.heartbeatEnded(connection, ping: hearts.ping) {
      endHeartbeat(of: id, now)
    }
  }

  private mutating func endHeartbeat(of id: EngineID, _ now: Instant) {
    guard !connections.hasHeartbeat(id) else { return }
    if registry.engine(id) != nil { cutOff.insert(id) }
    hearts.connectionEnded(id, isLast: !connections.hasOutput(id), now: now)
  }

  private mutating func outputEnded(_ connection: Int32, _ now: Instant) {
    guard let id = connections.outputEnded(connection) else { return }
    // If its heartbeat connection is gone too, none of its connections is left.
    if hearts.isAwaited(id) && !connections.hasOutput(id) {
      hearts.connectionEnded(id, now: now)
    }
  }

  private mutating func processEnded(_ origin: EngineOrigin, _ cause: String, _ now: Instant) {
    if let engine = registry.joined.first(where: { $0.origin == origin }) {
      depart(engine, .ended(cause), now)
      actions.append(.reportMatched(engine))
    } else if let engine = recent.last(where: { $0.origin == origin }) {
      departed[engine.id]?.reason = "\(engine) \(cause)"
      actions.append(.reportMatched(engine))
    }
  }

  private mutating func expire(_ now: Instant) {
    for id in hearts.dead(now: now) {
      depart(registry.engine(id), .disconnected, now)
      hearts.remove(id)
    }
    if let beat = hearts.ping(now: now, isAnyJoining: registry.isAnyPending) {
      actions.append(.ping(beat.ping))
      for id in beat.dead { depart(registry.engine(id), .unresponsive, now) }
    }
    for engine in registry.expire(now: now) {
      let reason = "did not finish its registration in time"
      actions.append(.registrationEnded(engine, reason: reason))
    }
    while let id = graceEnds.popDue(now) { giveUp(id) }
  }
}

extension EngineTable {
  /// The invariants that do not hold, in words; empty if all do.
  package func violatedInvariants() -> [String] {
    var violations = registry.violatedInvariants() + hearts.violatedInvariants()
    for engine in registry.joined {
      if !hearts.isExpected(engine.id) {
        violations.append("\(engine) is expected to answer pings")
      }
      if departed[engine.id] != nil { violations.append("\(engine) has joined or left") }
    }
    if hearts.count != registry.count { violations.append("only engines that joined are pinged") }
    if !actions.isEmpty { violations.append("all actions were handed out") }
    return violations
  }
}
