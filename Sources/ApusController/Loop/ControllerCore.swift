// Part of Apus, Apache-2.0. See LICENSE.
package import ApusTransport
package import ApusWire
import Logging

/// Everything that a controller decides, without a socket, a clock, a file or a thread.
///
/// Messages and other events go in with their time; effects come out of ``takeEffects(into:)``. Each question has a part
/// of its own that answers it: who is here (``EngineTable``), which engine gets which task (``TaskRouting``), what
/// becomes of requests for one engine (``DirectRouting``) and for many (``BroadcastRouting``), what is kept
/// (``RecordKeeping``) and told (``EngineQueries``, ``Work``). This type only hands messages to the parts.
package struct ControllerCore {
  var engines: EngineTable
  var tasks: TaskRouting
  var direct = DirectRouting()
  var broadcasts = BroadcastRouting()
  var records: RecordKeeping
  var work = WorkQueue()
  /// Broadcasts are sent one after the other, so that each engine gets them in their order.
  var waitingBroadcasts = Queue<BroadcastSending>()
  var sending: BroadcastSending?
  /// What may still be done before others get their turn.
  var slice = Slice()
  var held = HeldMessages()
  var restored = RestoredRequests()
  var demands = ClientDemands()
  /// The outcomes that are kept when old segments of the journal are removed.
  var neededOutcomes: Set<MessageID> = []
  /// Why the journal takes nothing; nil if it does, or there is none.
  package var journalFailure: String?
  var exchange: MessageExchange
  var replays = ReplayHistory()
  private var files = OpenFileWatch()
  /// Why new tasks fail, once the cluster has been given up.
  var givenUp: RemoteError?
  /// When to stop, once a client has requested shutdown.
  package internal(set) var stopsAt: Instant?
  let registrationReply: RegistrationReply
  /// The process ID of the controller, for its status.
  let process: Int

  /// How long the controller runs on after a client has requested shutdown, so that all peers hear of it.
  static let shutdownDelay = Duration.milliseconds(500)

  package init(
    engines: EngineTable, scheduler: TaskScheduler<TaskCall>, records: RecordKeeping,
    exchange: MessageExchange, registrationReply: RegistrationReply, process: Int
  ) {
    self.engines = engines
    self.records = records
    self.exchange = exchange
    self.registrationReply = registrationReply
    self.process = process
    tasks = TaskRouting(scheduler: scheduler)
  }

  var requests: Requests { Requests(tasks: tasks.scheduler, direct: direct.requests) }

  // MARK: For the driver

  /// Sets the time of the events that follow.
  package mutating func setTime(_ now: Instant, date: WireDate) {
    exchange.now = now
    exchange.date = date
  }

  /// Moves the effects so far into an array that is reused from call to call.
  package mutating func takeEffects(into target: inout [Effect]) -> Bool {
    answerRestored()
    return exchange.takeEffects(into: &target)
  }

  /// Removes and returns what must be in the journal before the effects are performed.
  package mutating func takeJournalBytes() -> [UInt8] {
    answerRestored()
    return records.journal?.isEmpty ?? true ? [] : records.journal?.take() ?? []
  }

  /// Whether it writes a journal.
  package var hasJournal: Bool { records.journal != nil }

  package mutating func takeArchiveRequests() -> [ArchiveRequest] { records.takeArchiveRequests() }

  /// The engines as they are written to disk.
  package var engineState: EngineState { engines.registry.state }

  /// When something falls due next.
  package mutating func nextEvent() -> Instant {
    if hasWork { return exchange.now }
    return [tasks.nextDeadline(), held.nextRetry, stopsAt, exchange.nextReport]
      .compactMap { $0 }.reduce(engines.nextEvent(), min)
  }

  /// Whether the connection of a message is known; if not, the ends of earlier ones must be handled first.
  package func isKnown(_ connection: Int32, _ parcel: Parcel, on channel: Channel) -> Bool {
    if connection < 0 { return true }
    if channel == .outputEngines { return engines.connections.isOutput(connection) }
    return parcel.count == 0
      || engines.connections.isHeartbeat(connection, of: EngineID(parcel.text(0)))
  }

  /// Whether a message must wait behind others for its engine.
  package func mustWait(_ message: EngineMessage) -> Bool { held.mustWait(message) }

  /// Holds a message whose engine cannot be reached at the moment.
  package mutating func hold(_ message: EngineMessage) {
    if engines.isKnown(message.engine) {
      held.hold(message, now: exchange.now)
    } else {
      giveUp(message, "is gone")
    }
  }

  /// The held message that must be sent next to an engine.
  package func firstHeld(of line: HeldMessages.Line) -> EngineMessage? { held.first(of: line) }

  /// The first held message to an engine has been sent.
  package mutating func heldWasSent(of line: HeldMessages.Line) { held.removeFirst(of: line) }

  /// The number of requests that have no answer.
  var openRequestCount: Int { tasks.scheduler.unfinishedCount + direct.requests.openCount }

  // MARK: Events

  /// Takes in a message.
  ///
  /// - Parameters:
  ///   - connection: the connection through which it came; -1 if unknown.
  ///   - peerAddress: the address that it came from, if known.
  package mutating func receive(
    _ parcel: Parcel, on channel: Channel, connection: Int32 = -1, peerAddress: String? = nil
  ) {
    switch channel {
    case .pong: receivePong(parcel, connection)
    case .query: receiveQuery(parcel, peerAddress)
    case .taskClients: receiveTask(parcel)
    case .taskEngines: receiveTaskReply(parcel)
    case .muxClients: receiveDirect(parcel, .mux)
    case .controlClients: receiveDirect(parcel, .control)
    case .muxEngines: receiveDirectReply(parcel, .mux)
    case .controlEngines: receiveDirectReply(parcel, .control)
    case .broadcastClients: receiveBroadcast(parcel)
    case .broadcastEngines: receiveBroadcastReply(parcel)
    case .outputEngines: receiveOutput(parcel, connection)
    case .notification, .outputClients, .ping: break
    }
    slice.count(bytes: exchange.takeBytesRead())
  }

  /// Handles the end of a connection.
  package mutating func connectionEnded(_ connection: Int32, on channel: Channel) {
    handle(
      channel == .pong
        ? .heartbeatConnectionEnded(connection) : .outputConnectionEnded(connection))
  }

  /// Does what is due.
  package mutating func passTime() {
    handle(.timePassed)
    tasks.handle(.timePassed, &records, &exchange)
    let (lines, late) = held.takeDue(now: exchange.now)
    for line in lines { exchange.sendHeld(line) }
    for message in late { giveUp(message, "cannot be reached") }
    exchange.reportRefusals()
  }

  /// Notes how many files and connections this process may still open.
  package mutating func heard(openFiles: (limit: Int, free: Int)) {
    if let report = files.report(limit: openFiles.limit, free: openFiles.free) {
      exchange.log(.warning, report)
    }
  }

  /// Takes over the engines of an earlier controller.
  package mutating func restore(_ state: EngineState) {
    handle(.restored(state))
    exchange.log(.info, "took over \(engines.registry.count) engines")
  }
}

// MARK: - Invariants

extension ControllerCore {
  /// The invariants that do not hold, in words; empty if all do.
  ///
  /// - Complexity: O(tasks + engines + records).
  package func violatedInvariants() -> [String] {
    var violations =
      engines.violatedInvariants() + tasks.scheduler.violatedInvariants()
      + direct.requests.violatedInvariants() + broadcasts.violatedInvariants()
      + records.violatedInvariants() + held.violatedInvariants()
    let joined = Set(engines.registry.joined.map(\.id))
    if tasks.scheduler.enginesHere != joined {
      violations.append("the scheduler gives tasks to the engines that have joined")
    }
    if !held.engines.allSatisfy({ engines.isKnown($0) }) {
      violations.append("messages are held for engines that are known")
    }
    return violations
  }
}

// MARK: - Engines

extension ControllerCore {
  /// Hands an event to the table of engines and carries out the actions that follow.
  mutating func handle(_ event: EngineTable.Event) {
    let actions = engines.handle(event, at: exchange.now)
    // First of all, so that what one of them had is not given to another that has left with it.
    for case .left(let engine, _) in actions {
      tasks.handle(.engineLeft(engine.id), &records, &exchange)
    }
    for action in actions { perform(action) }
  }

  mutating func perform(_ action: EngineTable.Action) {
    switch action {
    case .ping(let bytes): exchange.send(Parcel([bytes]), on: .ping)
    case .joined(let engine): joined(engine, "has joined")
    case .returned(let engine):
      askAgain(engine.id)
      joined(engine, "is back")
    case .restored(let engine):
      note(joined: engine)
      tasks.handle(.engineJoined(engine.id), &records, &exchange)
    case .reconnected(let id):
      askAgain(id)
      tasks.handle(.engineHeard(id), &records, &exchange)
      probe(id)
    case .heard(let id):
      tasks.handle(.engineHeard(id), &records, &exchange)
      probe(id)
    case .stranger(let id): askToJoin(id)
    case .left(let engine, let departure): left(engine, departure)
    case .gone(let engine, let reason):
      tasks.handle(.engineGone(engine.id, reason: reason), &records, &exchange)
      direct.engineGone(engine, &records, &exchange)
      restoredEngineGone(engine.id)
      tasks.forget(engine.id)
    case .registrationEnded(let engine, let reason):
      exchange.log(.warning, "\(engine) \(reason)")
      records.journal?.write(.left(engine.id))
      for message in held.remove(engine.id) { giveUp(message, reason) }
      direct.engineGone(engine, &records, &exchange)
    // The functions that took in the request answer it.
    case .accept, .refuse, .reportMatched: break
    }
  }

  private mutating func joined(_ engine: Engine, _ what: String) {
    exchange.log(.info, "\(engine) \(what)")
    exchange.notify("registration_notification", engine)
    note(joined: engine)
    tasks.handle(.engineJoined(engine.id), &records, &exchange)
    exchange.saveEngines()
  }

  private mutating func left(_ engine: Engine, _ departure: Departure) {
    let count =
      tasks.scheduler.taskCount(at: engine.id) + direct.requests.count(at: engine.id)
    let work = count > 0 ? "; it had \(count) tasks" : ""
    exchange.log(.warning, "\(engine) \(departure.text)\(work)")
    exchange.notify("unregistration_notification", engine)
    // Another one may come back, also to the next controller.
    if departure.isFinal { records.journal?.write(.left(engine.id)) }
    broadcasts.engineLeft(engine.id)
    for message in held.remove(engine.id) { giveUp(message, departure.text) }
    tasks.handle(.engineLeft(engine.id), &records, &exchange)
    exchange.saveEngines()
  }

  /// Gives up delivering a message: its task waits for another engine, other requests fail.
  private mutating func giveUp(_ message: EngineMessage, _ reason: String) {
    let engine = message.engine
    let error = RemoteError("EngineError", "\(engines.name(engine)) \(reason)")
    switch message.purpose {
    case .task(let id): tasks.handle(.sendFailed(id, engine), &records, &exchange)
    case .direct(let header, let parent, let client):
      if restored.probeFailed(header.id) { return }
      direct.fail(
        header, parent: parent, client, at: engine, error, message.channel, &records, &exchange)
    case .broadcast(let id, let client, let header, let isCoalescing):
      broadcasts.fail(
        id, client, header, at: engine, error, isCoalescing: isCoalescing, &exchange)
    }
  }
}

extension MessageExchange {
  fileprivate mutating func notify(_ type: String, _ engine: Engine) {
    let content = JSONText(object: [
      ("id", .integer(engine.number)), ("uuid", .string(engine.id.uuid)),
    ])
    send(MessageType(type), content, on: .notification)
  }
}

/// The reply to an engine that may join.
package struct RegistrationReply: Sendable {
  package let channels: JSONText
  package let heartbeatPeriod: Duration
  /// How long engines and clients wait for the next controller; nil for their own limits.
  package let reconnectLimit: Duration?

  package init(channels: JSONText, heartbeatPeriod: Duration, reconnectLimit: Duration? = nil) {
    self.channels = channels
    self.heartbeatPeriod = heartbeatPeriod
    self.reconnectLimit = reconnectLimit
  }

  /// What engines and clients of Apus read; others pass over it: that the controller says which requests it has, and how long it
  /// may be gone.
  var limits: [(String, JSONText)] {
    [("apus_awaits", JSONText(.bool(true)))]
      + (reconnectLimit.map { [("apus_reconnect_limit", .integer(Int($0.seconds)))] } ?? [])
  }

  func accepting(_ number: Int) -> JSONText {
    JSONText(
      object: [
        ("id", .integer(number)), ("status", .string("ok")),
        ("hb_period", .integer(heartbeatPeriod.milliseconds)), ("connection_info", channels),
      ] + limits)
  }
}
