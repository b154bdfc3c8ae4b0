// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire
import Logging

/// How an engine left.
enum Departure {
  /// Somebody who knows said so: its nanny, itself, or its last message.
  case told
  /// Its process ended, and its launcher knows how.
  case ended(String)
  /// Its connection ended.
  case disconnected
  /// Its heart was not heard any more.
  case unheard

  /// Nanoseconds in which its last replies may still come: what it sent before its connection ended is here in
  /// a moment, what is stuck in a network may take longer.
  var patience: Int { isUnheard ? 5_000_000_000 : 250_000_000 }

  private var isUnheard: Bool { if case .unheard = self { true } else { false } }

  /// Whether somebody said that it will not come back.
  var isFinal: Bool {
    switch self {
    case .told, .ended: true
    case .disconnected, .unheard: false
    }
  }

  var text: String {
    switch self {
    case .told: "has left"
    case .ended(let cause): cause
    case .disconnected: "is gone: its connection ended"
    case .unheard: "is gone: its heart was not heard any more"
    }
  }
}

/// Engines come, beat and go.
extension Controller {
  /// Engines that have left whose launchers may yet tell why.
  static let mostDepartures = 1024

  func register(_ envelope: Envelope, _ header: MessageHeader, from identity: [UInt8]) {
    guard let content = try? JSONValue(envelope.content), let uuid = content["uuid"]?.string else {
      refuse(WireError(.malformed, "a registration without uuid"), on: sockets.query)
      return
    }
    let origin = EngineOrigin(
      host: envelope.parcel.peerAddress, process: header.id.process)
    let answer = registry.register(
      uuid, requested: content["id"]?.integer, origin: origin, now: now)
    switch answer {
    case .accepted(let id):
      log.info("engine \(id) (\(uuid)) is about to join")
      hearts.hurryUp(now: now)
      let period = configuration.heartbeatPeriod.milliseconds
      let reply = JSONText(object: [
        ("id", .integer(id)), ("status", .string("ok")), ("hb_period", .integer(period)),
        ("connection_info", sockets.engineFile.channelsObject),
      ])
      send(
        MessageType("registration_reply"), reply, parent: Array("{}".utf8), to: [identity],
        on: sockets.query)
    case .refused(let error):
      log.warning("engine \(uuid) may not join: \(error.text)")
      send(
        MessageType("registration_reply"), error.content, parent: Array("{}".utf8),
        to: [identity], on: sockets.query)
    }
  }

  func unregister(_ envelope: Envelope) {
    guard let id = (try? JSONValue(envelope.content))?["id"]?.integer else {
      refuse(WireError(.malformed, "an unregistration without id"), on: sockets.query)
      return
    }
    if let engine = registry.engine(id: id) {
      depart(engine, .told)
    } else {
      _ = registry.remove(id: id)
    }
  }

  /// `[engine, ping]`.
  func handlePong(_ parcel: Parcel) {
    guard parcel.count == 2, parcel.byteCount(0) <= EngineRegistry.longestName else { return }
    let uuid = parcel.text(0)
    let pong = hearts.pong(uuid, parcel.bytes(1))
    if pong == .stray { return }
    noteConnection(parcel.descriptor, of: uuid)
    if pong == .new {
      heartBegan(uuid)
    } else {
      scheduler.engineHeard(uuid, now: now)
      performTaskActions()
    }
  }

  /// Remembers through which connection an engine's heart is heard.
  private func noteConnection(_ descriptor: Int32, of uuid: String) {
    guard descriptor >= 0, heartConnections[descriptor] != uuid else { return }
    guard registry.isPending(uuid) || registry.engine(uuid: uuid) != nil else { return }
    // A descriptor that is used again: the end of its last connection is told before its new one is noted.
    readDisconnections()
    heartConnections[descriptor] = uuid
  }

  /// Remembers through which connection an engine publishes, by the number in the topic.
  func noteOutput(_ parcel: Parcel) {
    let descriptor = parcel.frameDescriptor(0)
    guard descriptor >= 0, outputConnections[descriptor] == nil else { return }
    let parts = parcel.text(0).split(separator: ".")
    guard parts.count > 2, let engine = Int(parts[1]).flatMap({ registry.engine(id: $0) }) else {
      return
    }
    readDisconnections()
    outputConnections[descriptor] = engine.uuid
  }

  func readDisconnections() {
    while let descriptor = sockets.outputMonitor.nextDisconnection() {
      guard let uuid = outputConnections.removeValue(forKey: descriptor) else { continue }
      // If its heart is gone too, nothing is left of it that is known.
      if hearts.isWaitedFor(uuid) && !outputConnections.values.contains(uuid) {
        hearts.connectionEnded(uuid, now: now)
      }
    }
    while let descriptor = sockets.pongMonitor.nextDisconnection() {
      guard let uuid = heartConnections.removeValue(forKey: descriptor) else { continue }
      if heartConnections.values.contains(uuid) { continue }
      hearts.connectionEnded(uuid, isLast: !outputConnections.values.contains(uuid), now: now)
    }
  }

  private func heartBegan(_ uuid: String) {
    guard let (engine, isBack) = registry.heartBegan(uuid) else { return }
    hearts.add(uuid)
    // What a new process of the same name has not answered, it never will.
    if !isBack { strand(uuid) }
    departed[uuid] = nil
    strandings.cancel(uuid)
    log.info("\(engine.description) \(isBack ? "is back" : "has joined")")
    notify("registration_notification", engine)
    scheduler.engineArrived(uuid, isBack: isBack, now: now)
    performTaskActions()
    saveEngines()
  }

  private func notify(_ type: String, _ engine: EngineRegistry.Engine) {
    let content = JSONText(object: [("id", .integer(engine.id)), ("uuid", .string(engine.uuid))])
    send(MessageType(type), content, parent: Array("{}".utf8), to: [], on: sockets.notification)
  }

  /// Sends the ping that is due and looks who is dead.
  func beat() {
    for uuid in hearts.dead(now: now) {
      if let engine = registry.engine(uuid: uuid) { depart(engine, .disconnected) }
      hearts.remove(uuid)
    }
    guard let beat = hearts.ping(now: now, isSomebodyJoining: registry.isAnyPending) else { return }
    _ = sockets.ping.send(beat.ping.span, more: false)
    for uuid in beat.dead {
      if let engine = registry.engine(uuid: uuid) { depart(engine, .unheard) }
    }
  }

  /// An engine has left: clients are told, its tasks go elsewhere or fail.
  func depart(_ engine: EngineRegistry.Engine, _ departure: Departure) {
    let (id, uuid) = (engine.id, engine.uuid)
    guard registry.remove(id: id, mayReturn: !departure.isFinal) != nil else { return }
    hearts.remove(uuid)
    heartConnections = heartConnections.filter { $0.value != uuid }
    outputConnections = outputConnections.filter { $0.value != uuid }
    let running = scheduler.tasks(at: uuid).count + ledger.direct(at: uuid).count
    log.warning(
      "\(engine.description) \(departure.text)\(running > 0 ? "; it had \(running) tasks" : "")")
    let text = "\(engine.description) \(departure.text)"
    departed[uuid] = engine.description
    lastDepartures = lastDepartures.suffix(Self.mostDepartures - 1) + [engine]
    strandings.set(uuid, at: now + departure.patience)
    notify("unregistration_notification", engine)
    gathering.engineLeft(uuid)
    for (message, line) in held.remove(uuid) { giveUp(message, line, departure.text) }
    scheduler.describeDeparture(uuid, text)
    scheduler.engineLeft(uuid, now: now, patience: departure.patience)
    performTaskActions()
    saveEngines()
  }

  /// Takes over the engines of an earlier controller.
  func restoreEngines() {
    guard let state = ConnectionFiles(configuration).readEngines(log: log) else { return }
    registry.restore(state)
    for engine in registry.engines {
      hearts.expect(engine.uuid)
      scheduler.engineArrived(engine.uuid, now: now)
    }
    log.info("took \(registry.count) engines over")
  }

  /// Writes the engines down for a controller that comes after this one: at once, or, while many come or go,
  /// so seldom that it costs little.
  private func saveEngines() {
    engineSaving.changed(now: now)
    saveEnginesIfDue()
  }

  func saveEnginesIfDue() {
    guard engineSaving.isDue(now: now) else { return }
    let start = ControllerClock.nanoseconds
    ConnectionFiles(configuration).write(registry.state, log: log)
    engineSaving.saved(now: now, taking: ControllerClock.nanoseconds - start)
  }
}
