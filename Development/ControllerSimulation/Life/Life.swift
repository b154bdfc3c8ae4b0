// Part of Apus, Apache-2.0. See LICENSE.
import ApusController
import ApusRandom
import ApusTransport
import ApusWire
import Logging

/// One life of a cluster under virtual time: the controller that ships, its journal, and players of its engines and clients.
///
/// Everything follows from the seed. After each turn of the controller what must always hold is checked.
struct Life {
  enum Event {
    /// A message reaches the controller, unless the connection that it was sent through has ended.
    case arrives(Channel, [[UInt8]], connection: Int32, from: Peer, link: Int)
    case reachesEngine(Int, incarnation: Int, Channel, [[UInt8]], cuts: Int)
    case reachesClient(Int, connections: Int, Channel, [[UInt8]])
    /// A process with code that ships runs.
    case wakes(Peer, incarnation: Int, at: Instant)
    case turn(controller: Int)
    case works(Int, incarnation: Int)
    case worked(Int, incarnation: Int, Request)
    case thaws(Int, incarnation: Int)
    case engineStarts(Int)
    case engineGone(Int, incarnation: Int)
    case connects(Int, incarnation: Int)
    case clientConnects(Int, connections: Int)
    case clientLooks(Int)
    case submitsAgain(ClientPlayer.Pending, client: Int)
    case controllerStarts
    case fault(Fault)
    case diskHasRoom
  }

  enum Peer: Hashable {
    case engine(Int)
    case client(Int)
  }

  enum Fault: CaseIterable {
    case engineDies, engineFreezes, engineIsCut, engineIsWarned, clientIsCut, clientDies
    case controllerDies, powerIsLost, diskIsFull, clockJumps
  }

  let seed: UInt128
  let weather: Weather
  let taskCount: Int
  var random: Philox4x64
  var queue = EventQueue<Event>()
  let clock = VirtualClock()
  let isTraced: Bool

  // The controller.
  let settings: ControllerSettings
  let signer: MessageSigner
  /// What engines and clients know of the controller.
  let file: ConnectionFile
  let disk: SimulatedDisk
  var network = SimulatedNetwork()
  var controller: Controller<SimulatedNetwork, VirtualClock>?
  /// How many controllers there were.
  var controllers = 0
  /// When the controller's next turn is.
  var turnAt: Instant?

  // The others.
  var engines: [EnginePlayer?]
  /// The numbers of engines by their names, for many.
  var numbers: [[UInt8]: Int] = [:]
  var incarnations = 0
  var clients: [ClientPlayer]
  var tasks: [MessageID: TaskFacts] = [:]
  /// The engines that have begun a task that has no answer, by the task's number, and were not lost since.
  var runs: [Int: Set<EngineID>] = [:]
  /// The tasks of maps that have no answer.
  var ofMaps: Set<Int> = []
  /// Engines that clients know.
  var joined: Set<EngineID> = []
  /// Engines that were cut off once: what one of them alone was sent may be lost.
  var cutOff: Set<EngineID> = []
  /// Engines that have joined while the journal took nothing, so that another controller may not know them.
  var unjournalledEngines: Set<EngineID> = []
  /// Engines whose allocation ends.
  var leaving: Set<EngineID> = []
  /// Engines that have ended, or that a controller has given up and not heard since.
  var lost: Set<EngineID> = []
  /// When engines were lost, in order, and when each was last.
  var losses: [Instant] = []
  var lossTimes: [EngineID: Instant] = [:]
  /// When engines that had been given up came back.
  var returns: [EngineID: Instant] = [:]
  /// Tasks that their users have given up and submitted under another name; they may still be answered.
  var abandoned: Set<MessageID> = []
  /// Tasks whose answers went out while the journal took nothing; the next controller may answer them again.
  var unjournalled: Set<MessageID> = []
  var submitted = 0
  var answered = 0
  /// The requests that have reached the controller since it has read all.
  private var arrived: [MessageID] = []
  var connections: Int32 = 0
  /// How often the connections of a peer have ended; what was on its way then is lost.
  var links: [Peer: Int] = [:]
  /// When the last message of a channel arrives: none overtakes another.
  var lastArrivals: [Peer: [Channel: Instant]] = [:]
  /// From when on nothing goes wrong any more, at the latest, and after how many faults.
  static let calm = Instant() + .seconds(400)
  static let mostFaults = 300
  /// What has gone wrong, and when last.
  var faults: [Fault: Int] = [:]
  var lastFault = Instant()
  /// Whether power is lost when the controller dies.
  var powerGoes = false
  /// How long no task may be answered after that.
  private static let patience = Duration.seconds(120)
  /// When the last task was answered.
  var lastAnswer = Instant()
  var turns = 0
  /// How often the controller has had a turn without input since a time.
  private var restless = 0
  private var restlessSince = Instant()
  /// What was found while the controller had its turn.
  var violation: Violation?

  /// - Parameter most: the most tasks of the life.
  init(seed: UInt128, tasks most: Int, isTraced: Bool, weather given: Weather? = nil) throws {
    self.isTraced = isTraced
    self.seed = seed
    var random = Philox4x64(SeedSequence(seed))
    let drawn = Weather(&random)
    weather = given ?? drawn
    taskCount = given == nil ? min(most, weather.tasks) : most
    self.random = random
    var settings = ControllerSettings()
    settings.reusesFiles = true
    settings.profile.directory = "/no/such/folder"
    settings.heartbeatPeriod = given == nil ? .milliseconds(500) : .seconds(3)
    settings.recordLimit = 80
    settings.reconnectLimit = weather.hasJournal ? .seconds(600) : nil
    self.settings = settings
    signer = try MessageSigner(
      key: weather.signs ? Array("key".utf8) : [], scheme: settings.signatureScheme)
    disk = SimulatedDisk(seed: SeedSequence(seed + 1))
    engines = Array(repeating: nil, count: weather.engines)
    file = ConnectionFile(
      side: .engine, interface: "tcp://127.0.0.1", ports: [:], key: weather.signs ? "key" : "",
      location: "")
    clients = []
    for number in 0..<weather.clients {
      var kinds: [ClientPlayer.Kind] =
        weather.swift == 0 ? [.python, .views] : [.python, .views, .maps, .maps]
      if weather.hasLargeMaps, number == 0 { kinds = [.maps] }
      let kind = given == nil ? kinds[below(kinds.count)] : .python
      clients.append(ClientPlayer(number: number, kind: kind))
    }
  }

  func trace(_ text: @autoclosure () -> String) {
    if isTraced { print("\(clock.now.nanoseconds / 1000) \(text())") }
  }

  mutating func below(_ bound: Int) -> Int { random.below(bound) }

  mutating func time(_ mean: Int) -> Duration { random.time(mean) }

  // MARK: Living

  /// Lives until all tasks are answered.
  ///
  /// - Throws: ``Violation``.
  mutating func run() throws {
    defer { endProcesses() }
    try begin()
    try live(until: taskCount)
    try checkEnd()
    try liveOn(for: .seconds(20))
    try checkRemains()
  }

  /// Starts everything.
  mutating func begin() throws {
    for engine in engines.indices { queue.add(.engineStarts(engine), at: clock.now + time(10_000)) }
    for client in clients.indices { queue.add(.clientLooks(client), at: clock.now + time(1000)) }
    try startController()
    for fault in Fault.allCases { schedule(fault) }
  }

  /// Whether all engines have joined.
  var haveAllJoined: Bool { engines.allSatisfy { $0?.isRegistered ?? false } }

  /// Lives until so many tasks are answered, or something else is so.
  mutating func live(until goal: Int, or isEnough: (Life) -> Bool = { _ in false }) throws {
    while answered < goal {
      guard let (event, time) = queue.next() else { throw Violation("nothing happens any more") }
      clock.now = max(clock.now, time)
      guard clock.now < max(lastFault, lastAnswer) + Self.patience else {
        throw Violation("tasks are not answered: \(unanswered())")
      }
      try handle(event)
      if isEnough(self) { return }
    }
  }

  private func unanswered() -> String {
    if !ofMaps.isEmpty { return "\(ofMaps.sorted().prefix(5)) of maps" }
    return tasks.sorted { $0.value.number < $1.value.number }.prefix(5)
      .map { "\($0.key) of client \($0.value.client), sent to \($0.value.sendings)" }
      .joined(separator: "; ")
  }

  private mutating func handle(_ event: Event) throws {
    switch event {
    case .arrives(let channel, let frames, let connection, let peer, let link):
      guard links[peer, default: 0] == link, controller != nil else { return }
      network.arrive(frames, on: channel, connection: connection)
      if channel == .taskClients, let id = Self.request(frames) { arrived.append(id) }
      wake(after: .microseconds(1 + below(weather.turn)))
    case .turn(let number):
      guard number == controllers, turnAt == clock.now else { return }
      turnAt = nil
      try turn()
    case .reachesEngine(let number, let incarnation, let channel, let frames, let cuts):
      guard engines[number]?.incarnation == incarnation, engines[number]?.cuts == cuts else {
        return
      }
      try receive(frames, on: channel, engine: number)
    case .reachesClient(let number, let connections, let channel, let frames):
      guard clients[number].connections == connections else { return }
      if clients[number].kind == .python {
        try receive(frames, on: channel, client: number)
      } else {
        arrive(frames, on: channel, at: number)
      }
    case .wakes(let peer, let incarnation, let time):
      try run(peer, incarnation: incarnation, at: time)
    case .works(let number, let incarnation):
      if engines[number]?.incarnation == incarnation { try work(number) }
    case .worked(let number, let incarnation, let request):
      if engines[number]?.incarnation == incarnation { try finish(request, engine: number) }
    case .thaws(let number, let incarnation):
      if engines[number]?.incarnation == incarnation { try thaw(number) }
    case .engineStarts(let number): try startEngine(number)
    case .engineGone(let number, let incarnation):
      if engines[number]?.incarnation == incarnation { engineEnded(number, "has ended") }
    case .connects(let number, let incarnation):
      if engines[number]?.incarnation == incarnation { connect(number) }
    case .clientConnects(let number, let connections):
      if clients[number].connections == connections, controller != nil {
        reconnect(client: number)
      }
    case .clientLooks(let number): try look(client: number)
    case .submitsAgain(let pending, let client):
      clients[client].postponed -= 1
      try submit(pending.number, retries: pending.retries, client: client)
    case .controllerStarts: try startController()
    case .fault(let fault): try happen(fault)
    case .diskHasRoom:
      disk.isFull = false
      trace("the disk has room")
      wake(after: .zero)
    }
  }

  // MARK: The controller

  mutating func startController() throws {
    controllers += 1
    disk.processEnded()
    network = SimulatedNetwork()
    if controllers > 1, weather.controllerDies != nil, below(8) == 0 {
      // It dies while it takes over.
      disk.killsAfter = below(6)
    }
    network.isAlive = { [disk] in !disk.hasKilled }
    disk.isElsewhereDead = { [network] in network.isDead }
    network.lacksSomething = { [disk] in disk.lacksSomething }
    trace("controller \(controllers) starts with a journal of \(disk.byteCount) bytes")
    controller = try Controller(
      settings, key: weather.signs ? "key" : "", channels: .emptyObject, transport: network,
      clock: clock, journal: weather.hasJournal ? disk : nil, syncsJournal: weather.syncs,
      journalSizes: Self.sizes,
      session: "controller-\(controllers)", process: 1,
      random: Philox4x64(SeedSequence(seed + UInt128(controllers) << 32)),
      log: Logger(label: "simulation") { [isTraced] _ in
        if isTraced { SimulatedLog() } else { SwiftLogNoOpLogHandler() }
      })
    if disk.hasKilled { return controllerEnded() }
    // The outcome of one that was answered may be forgotten.
    for (id, facts) in tasks where facts.isTaken && !facts.hasEnded {
      guard controller?.knows(id) ?? false else { throw Violation("\(id) was forgotten") }
    }
    for number in engines.indices {
      guard let engine = engines[number] else { continue }
      if engine.swift == nil, unjournalledEngines.contains(engine.id) {
        // One of Swift is told to join again. Of Python's, their users must start others.
        engineEnded(number, "may not be known any more, and is ended")
        continue
      }
      queue.add(
        .connects(number, incarnation: engine.incarnation), at: clock.now + time(300_000))
    }
    for client in clients.indices { reconnect(client: client) }
    wake(after: .zero)
  }

  /// Small, so that segments are cleaned often.
  private static let sizes = {
    var sizes = Journal.Sizes()
    (sizes.segment, sizes.least) = (64 << 10, 128 << 10)
    return sizes
  }()

  mutating func wake(after delay: Duration) {
    guard controller != nil else { return }
    let time = clock.now + delay
    if let turnAt, turnAt <= time { return }
    turnAt = time
    queue.add(.turn(controller: controllers), at: time)
  }

  private mutating func turn() throws {
    guard let controller else { return }
    turns += 1
    try checkRest()
    _ = controller.turn(milliseconds: 0)
    let sent = network.takeSent()
    // What is said of engines in this turn holds for all that is sent in it.
    for message in sent where message.channel == .notification { try heard(message.frames) }
    for message in sent {
      send(message.frames, on: message.channel, isUnjournalled: message.isUnjournalled)
    }
    if network.isDead || disk.hasKilled { return controllerEnded() }
    noteTaken()
    if let violation { throw violation }
    // With thousands of engines this would be all that is done.
    if weather.engines < 100 || turns % 1000 == 0 {
      let violations = controller.violatedInvariants()
      guard violations.isEmpty else { throw Violation(violations.joined(separator: "; ")) }
    }
    if hasArrived {
      wake(after: .microseconds(1))
    } else {
      wake(after: max(.microseconds(1), clock.now.duration(to: controller.nextEvent())))
    }
  }

  /// Notes what the controller has read, and what its journal has.
  private mutating func noteTaken() {
    guard !hasArrived else { return }
    if !disk.lacksSomething {
      for id in arrived where controller?.knows(id) ?? false { tasks[id]?.isTaken = true }
    }
    arrived = []
  }

  /// Checks that a controller to which nothing comes does not turn again and again.
  private mutating func checkRest() throws {
    if hasArrived || restlessSince + .milliseconds(20) < clock.now {
      (restlessSince, restless) = (clock.now, 0)
    }
    restless += 1
    if restless > 2000 { throw Violation("the controller turns though there is nothing to do") }
  }

  private var hasArrived: Bool {
    Controller<SimulatedNetwork, VirtualClock>.readOrder.contains { network.isReady($0) }
  }

  /// Takes in what the controller says to all: an engine that it gives up has lost what it had.
  private mutating func heard(_ frames: [[UInt8]]) throws {
    let message = try WireMessage.read(frames, signer: signer).message
    let type = try MessageHeader(message.header.span).type.rawValue
    guard let uuid = try JSONValue(message.content)["uuid"]?.string else { return }
    if type == "registration_notification" {
      joined.insert(EngineID(uuid))
      if lost.remove(EngineID(uuid)) != nil { returns[EngineID(uuid)] = clock.now }
      if disk.lacksSomething || disk.isFull { unjournalledEngines.insert(EngineID(uuid)) }
    }
    guard type == "unregistration_notification" else { return }
    joined.remove(EngineID(uuid))
    trace("the controller gives \(uuid) up")
    lose(EngineID(uuid), "the controller has given \(uuid) up")
  }

  // MARK: The end

  /// Lives on when all tasks are answered; what comes late must not be wrong either.
  private mutating func liveOn(for time: Duration) throws {
    let end = clock.now + time
    while let (event, time) = queue.next(), time < end {
      clock.now = max(clock.now, time)
      try handle(event)
    }
  }

  /// Checks that a controller with nothing to do remembers nothing as open.
  private func checkRemains() throws {
    let count = controller?.openRequestCount ?? 0
    guard count == 0 else { throw Violation("\(count) requests are open for ever") }
  }

  private func checkEnd() throws {
    // What a journal keeps does not grow with the number of tasks that have ended.
    guard disk.mostBytes < 32 << 20 else {
      throw Violation("the journal has grown to \(disk.mostBytes) bytes")
    }
  }
}
