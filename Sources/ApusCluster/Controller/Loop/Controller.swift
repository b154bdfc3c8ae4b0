// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
package import ApusWire
package import Logging

/// Routes work from clients to engines and results back, by the protocol of IPython Parallel.
///
/// One thread owns all sockets and runs ``run()``: it waits for the first of them, lets the state machines
/// decide (``EngineRegistry``, ``HeartMonitor``, ``TaskScheduler``, ``BroadcastGathering``, ``RecordTable``) and
/// does what they say. It never waits for an engine, a client or a disk.
package final class Controller {
  let configuration: ControllerConfiguration
  let log: Logger
  let sockets: ControllerSockets
  let signer: MessageSigner
  let wake: Wake
  private let places: ControllerPlaces
  let stopping = StopStorage()

  var maker: MessageMaker
  var replays = ReplayHistory()
  var registry: EngineRegistry
  var hearts: HeartMonitor
  /// The engines behind descriptors of connections of hearts and of outputs.
  var heartConnections: [Int32: String] = [:]
  var outputConnections: [Int32: String] = [:]
  var scheduler: TaskScheduler<TaskCall>
  /// What the scheduler has decided and is being done.
  var taskActions: [TaskScheduler<TaskCall>.Action] = []
  var gathering = BroadcastGathering<Envelope>()
  var ledger = WorkLedger()
  var records: RecordTable
  var held = HeldMessages<HeldMessage>()
  var archive: (any RecordArchive)?
  /// When requests for an engine that is gone are marked as failed in the records, by uuid.
  var strandings = DeadlineHeap<String>()
  var departed: [String: String] = [:]
  var lastDepartures: [EngineRegistry.Engine] = []
  var refusals = RefusalCounter()
  var engineSaving = SavingPace()
  /// When to stop after a client asked for it.
  var stopsAt: Int?
  /// The times of this turn of the loop.
  var now = 0

  /// The most messages that one socket may have read in one turn, so that none keeps the others waiting.
  static let mostPerTurn = 256

  /// Opens the sockets, writes the connection files and can be used from then on.
  ///
  /// - Parameter archive: keeps records beyond those in memory.
  /// - Throws: ``TransportError``, ``WireError`` or ``ControllerFileError`` with what cannot be used.
  package init(
    _ configuration: ControllerConfiguration, log: Logger, archive: (any RecordArchive)? = nil
  ) throws {
    var configuration = configuration
    self.log = log
    self.archive = archive
    wake = try Wake()
    if configuration.reusesFiles && configuration.hasFreshCurve {
      configuration.curve = try ConnectionFiles(configuration).keptCurve()
    }
    let files = ConnectionFiles(configuration)
    let known = configuration.reusesFiles ? files.readKnown(log: log) : nil
    if let known {
      configuration.key = known.client.key
      configuration.signatureScheme = known.client.signatureScheme
      if configuration.ssh.isEmpty { configuration.ssh = known.client.ssh }
      if configuration.engineSSH.isEmpty { configuration.engineSSH = known.engine.ssh }
    }
    let key = configuration.key ?? (configuration.curve == nil ? RandomName.key() : "")
    let location = known?.client.location ?? configuration.location ?? HostName.current
    signer = try MessageSigner(key: Array(key.utf8), scheme: configuration.signatureScheme)
    maker = MessageMaker(
      session: RandomName.session(), process: HostName.process,
      username: configuration.username)
    let clock = ControllerClock.nanoseconds
    registry = EngineRegistry(registrationTimeout: configuration.registrationPatience)
    hearts = HeartMonitor(
      period: configuration.heartbeatPeriod, allowedMisses: configuration.allowedMisses,
      now: clock)
    scheduler = TaskScheduler(
      scheme: configuration.scheme,
      highWaterMark: configuration.scheme == .pure ? 0 : configuration.highWaterMark,
      random: Philox4x64(SeedSequence.fromSystem()))
    records = RecordTable(
      recordLimit: configuration.store == .none ? 0 : configuration.recordLimit,
      byteLimit: configuration.byteLimit)
    sockets = try ControllerSockets(configuration, key: key, location: location, known: known)
    places = try ControllerPlaces(sockets, wake)
    self.configuration = configuration
    if let archive { archive.wake = stopper(stops: false) }
    if known == nil { try files.write(client: sockets.clientFile, engine: sockets.engineFile) }
    if configuration.restoresEngines { restoreEngines() }
  }

  /// The files that clients and engines read.
  package var connectionFiles: (client: ConnectionFile, engine: ConnectionFile) {
    (sockets.clientFile, sockets.engineFile)
  }

  /// Has ``run()`` return soon.
  ///
  /// May be called from any thread.
  package func stop() {
    stopping.stop()
    wake.wake()
  }

  /// What stops a controller from another thread.
  package var stopper: @Sendable () -> Void { stopper(stops: true) }

  /// What wakes the loop from another thread, and has it end if so wished.
  private func stopper(stops: Bool) -> @Sendable () -> Void {
    let (stopping, wake) = (stopping, wake)
    return {
      if stops { stopping.stop() }
      wake.wake()
    }
  }

  /// Serves until ``stop()`` is called or a client asks for the end, then removes the connection files.
  package func run() {
    log.info("ready: \(configuration.path(.client)), \(configuration.path(.engine))")
    while !stopping.isStopped {
      let isReady = places.watch.wait(milliseconds: millisecondsToNextEvent())
      now = ControllerClock.nanoseconds
      if isReady { readAll() }
      doWhatIsDue()
      if let time = stopsAt, time <= now { break }
    }
    archive?.close()
    engineSaving.hurryUp(now: now)
    saveEnginesIfDue()
    for file in [sockets.clientFile, sockets.engineFile] {
      ConnectionFiles(configuration).removeSockets(of: file)
    }
    if !configuration.reusesFiles {
      ConnectionFiles(configuration).remove(
        client: sockets.clientFile, engine: sockets.engineFile, log: log)
    }
    log.info("stopped")
  }

  private func millisecondsToNextEvent() -> Int {
    let times = [
      hearts.nextEvent, registry.nextExpiry, scheduler.nextDeadline(), held.nextTry,
      strandings.next(), stopsAt, refusals.nextReport, engineSaving.next,
    ]
    let next = times.compactMap { $0 }.min() ?? .max
    let clock = ControllerClock.nanoseconds
    return next <= clock ? 0 : min(60_000, (next - clock) / 1_000_000 + 1)
  }

  /// Reads what has come, first what tells of engines' lives, then replies, then requests.
  private func readAll() {
    if places.watch.isReady(places.wake) { wake.clear() }
    for complaint in archive?.finishReads() ?? [] { log.error("\(complaint)") }
    if places.watch.isReady(places.monitor) || places.watch.isReady(places.outputMonitor) {
      readDisconnections()
    }
    read(sockets.pong, places.pong, handlePong)
    read(sockets.query, places.query, handleQuery)
    read(sockets.taskEngines, places.taskEngines, handleTaskReply)
    read(sockets.muxEngines, places.muxEngines) { self.handleDirectReply($0, .mux) }
    read(sockets.broadcastEngines, places.broadcastEngines, handleBroadcastReply)
    read(sockets.controlEngines, places.controlEngines) {
      self.handleDirectReply($0, .control)
    }
    read(sockets.outputEngines, places.outputEngines, handleOutput)
    read(sockets.controlClients, places.controlClients) {
      self.handleDirectRequest($0, .control)
    }
    read(sockets.muxClients, places.muxClients) { self.handleDirectRequest($0, .mux) }
    read(sockets.taskClients, places.taskClients, handleTask)
    read(sockets.broadcastClients, places.broadcastClients, handleBroadcast)
  }

  private func read(
    _ socket: Socket, _ place: Int, _ handle: (Parcel) -> Void
  ) {
    guard places.watch.isReady(place) else { return }
    for _ in 0..<Self.mostPerTurn {
      let parcel = Parcel()
      guard socket.receive(into: parcel) else { return }
      handle(parcel)
    }
  }

  private func doWhatIsDue() {
    beat()
    for late in registry.expire(now: now) {
      log.warning("\(late.description) did not finish its registration in time")
    }
    scheduler.expire(now: now)
    performTaskActions()
    retryHeld()
    markStranded()
    saveEnginesIfDue()
    if let report = refusals.report(now: now) { log.warning("\(report)") }
  }
}

/// Where in the watch each socket is.
struct ControllerPlaces {
  let watch: SocketWatch
  let wake, monitor, outputMonitor, pong, query, taskEngines, muxEngines, broadcastEngines: Int
  let controlEngines, outputEngines, controlClients, muxClients, taskClients: Int
  let broadcastClients: Int

  init(_ sockets: ControllerSockets, _ pipe: Wake) throws(TransportError) {
    watch = try SocketWatch()
    wake = try watch.add(descriptor: pipe.reader)
    monitor = try watch.add(sockets.pongMonitor.events)
    outputMonitor = try watch.add(sockets.outputMonitor.events)
    pong = try watch.add(sockets.pong)
    query = try watch.add(sockets.query)
    taskEngines = try watch.add(sockets.taskEngines)
    muxEngines = try watch.add(sockets.muxEngines)
    broadcastEngines = try watch.add(sockets.broadcastEngines)
    controlEngines = try watch.add(sockets.controlEngines)
    outputEngines = try watch.add(sockets.outputEngines)
    controlClients = try watch.add(sockets.controlClients)
    muxClients = try watch.add(sockets.muxClients)
    taskClients = try watch.add(sockets.taskClients)
    broadcastClients = try watch.add(sockets.broadcastClients)
  }
}
