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
    case turn(controller: Int)
    case works(Int, incarnation: Int)
    case worked(Int, incarnation: Int, Request)
    case engineStarts(Int)
    case connects(Int, incarnation: Int)
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
    case engineDies, engineFreezes, engineIsCut, controllerDies, powerIsLost, diskIsFull, clockJumps
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
  /// Tasks that their users have given up and submitted under another name; they may still be answered.
  var abandoned: Set<MessageID> = []
  /// Tasks whose answers went out while the journal took nothing; the next controller may answer them again.
  private(set) var unjournalled: Set<MessageID> = []
  var submitted = 0
  var answered = 0
  var connections: Int32 = 0
  /// How often the connections of a peer have ended; what was on its way then is lost.
  var links: [Peer: Int] = [:]
  /// When the last message of a channel arrives: none overtakes another.
  var lastArrivals: [Peer: [Channel: Instant]] = [:]
  /// From when on nothing goes wrong any more.
  static let calm = Instant() + .seconds(40)
  /// How long no task may be answered after that.
  private static let patience = Duration.seconds(120)
  /// When the last task was answered.
  var lastAnswer = Instant()
  var turns = 0
  /// How often the controller has had a turn without input since a time.
  private var restless = 0
  private var restlessSince = Instant()
  /// What was found while the controller had its turn.
  private var violation: Violation?

  init(seed: UInt128, tasks count: Int, isTraced: Bool, weather given: Weather? = nil) throws {
    self.isTraced = isTraced
    self.seed = seed
    taskCount = count
    var random = Philox4x64(SeedSequence(seed))
    let drawn = Weather(&random)
    weather = given ?? drawn
    self.random = random
    var settings = ControllerSettings()
    settings.reusesFiles = true
    settings.profile.directory = "/no/such/folder"
    settings.heartbeatPeriod = given == nil ? .milliseconds(500) : .seconds(3)
    settings.recordLimit = 80
    self.settings = settings
    signer = try MessageSigner(
      key: weather.signs ? Array("key".utf8) : [], scheme: settings.signatureScheme)
    disk = SimulatedDisk(seed: SeedSequence(seed + 1))
    engines = Array(repeating: nil, count: weather.engines)
    clients = (0..<weather.clients).map { ClientPlayer(number: $0, isSwift: true) }
    for index in clients.indices where below(3) == 0 {
      clients[index] = ClientPlayer(number: index, isSwift: false)
    }
  }

  func trace(_ text: @autoclosure () -> String) {
    if isTraced { print("\(clock.now.nanoseconds / 1000) \(text())") }
  }

  mutating func below(_ bound: Int) -> Int { random.below(bound) }

  /// A time with this mean, in microseconds, of which long ones are rare.
  mutating func time(_ mean: Int) -> Duration {
    let share = random.within(0.05...1)
    return .microseconds(max(1, Int(Double(mean) * (share < 0.9 ? share : 3 * share))))
  }

  // MARK: Living

  /// Lives until all tasks are answered.
  ///
  /// - Throws: ``Violation``.
  mutating func run() throws {
    try begin()
    try live(until: taskCount)
    try checkEnd()
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
      guard clock.now < max(Self.calm, lastAnswer) + Self.patience else {
        throw Violation("tasks are not answered: \(unanswered())")
      }
      try handle(event)
      if isEnough(self) { return }
    }
  }

  private func unanswered() -> String {
    tasks.sorted { $0.value.number < $1.value.number }.prefix(5)
      .map { "\($0.key) of client \($0.value.client), sent to \($0.value.sendings)" }
      .joined(separator: "; ")
  }

  private mutating func handle(_ event: Event) throws {
    switch event {
    case .arrives(let channel, let frames, let connection, let peer, let link):
      guard links[peer, default: 0] == link, controller != nil else { return }
      network.arrive(frames, on: channel, connection: connection)
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
      try receive(frames, on: channel, client: number)
    case .works(let number, let incarnation):
      if engines[number]?.incarnation == incarnation { try work(number) }
    case .worked(let number, let incarnation, let request):
      if engines[number]?.incarnation == incarnation { try finish(request, engine: number) }
    case .engineStarts(let number): startEngine(number)
    case .connects(let number, let incarnation):
      if engines[number]?.incarnation == incarnation { connect(number) }
    case .clientLooks(let number): look(client: number)
    case .submitsAgain(let pending, let client):
      submit(pending.number, retries: pending.retries, client: client)
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
    for number in engines.indices {
      guard let engine = engines[number] else { continue }
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
    for message in network.takeSent() {
      send(message.frames, on: message.channel, isUnjournalled: message.isUnjournalled)
    }
    if network.isDead || disk.hasKilled { return controllerEnded() }
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

  /// The controller was killed; a few of the messages that it has sent are lost with it.
  mutating func controllerEnded() {
    trace("controller \(controllers) is dead")
    controller = nil
    turnAt = nil
    for peer in engines.indices.map({ Peer.engine($0) }) + clients.indices.map({ Peer.client($0) })
    {
      links[peer, default: 0] += 1
    }
    for id in tasks.keys { excuse(id, "the controller was killed") }
    for number in engines.indices {
      engines[number]?.isConnected = false
      // What the controller had sent and the system had not is lost with it.
      if below(2) == 0 { engines[number]?.cuts += 1 }
    }
    queue.add(.controllerStarts, at: clock.now + time(500_000))
  }

  /// Runs of a task that have no answer yet may be repeated, for this reason.
  mutating func excuse(_ id: MessageID, _ reason: String) {
    tasks[id]?.mayBeLost = true
    for place in (tasks[id]?.sendings ?? []).indices
    where tasks[id]?.sendings[place].excuse == nil {
      tasks[id]?.sendings[place].excuse = reason
    }
  }

  // MARK: The network

  /// Sends what a peer has for the controller; it arrives later, and behind what the peer sent before on that channel.
  mutating func send(
    _ frames: [[UInt8]], on channel: Channel, from peer: Peer, connection: Int32 = -1
  ) {
    if controller == nil, case .client(let number) = peer {
      clients[number].unsent.append((channel, frames))
      return
    }
    let time = arrival(peer, channel)
    queue.add(
      .arrives(channel, frames, connection: connection, from: peer, link: links[peer, default: 0]),
      at: time)
  }

  mutating func arrival(_ peer: Peer, _ channel: Channel) -> Instant {
    let last = lastArrivals[peer]?[channel] ?? Instant()
    let time = max(last, clock.now + time(weather.delay))
    lastArrivals[peer, default: [:]][channel] = time
    return time
  }

  /// Sends what the controller has for a peer.
  ///
  /// - Parameter isUnjournalled: whether the journal had not taken everything before.
  private mutating func send(_ frames: [[UInt8]], on channel: Channel, isUnjournalled: Bool) {
    switch channel {
    case .notification, .outputClients: break
    case .ping: for number in engines.indices { sendToEngine(number, frames, channel) }
    default:
      let rest = Array(frames.dropFirst())
      if let number = engine(named: frames[0]) { return sendToEngine(number, rest, channel) }
      if channel == .taskClients, isUnjournalled, let id = Self.parent(of: frames) {
        unjournalled.insert(id)
      }
      // What is for a client that has another name now goes nowhere.
      guard let number = clients.firstIndex(where: { $0.name == frames[0] }) else { return }
      queue.add(
        .reachesClient(number, connections: clients[number].connections, channel, rest),
        at: arrival(.client(number), channel))
    }
  }

  private static func parent(of frames: [[UInt8]]) -> MessageID? {
    guard let place = frames.firstIndex(of: WireMessage.delimiter), frames.count > place + 3 else {
      return nil
    }
    return identifier(frames[place + 3])
  }

  private func engine(named name: [UInt8]) -> Int? {
    weather.engines < 100 ? engines.firstIndex { $0?.name == name } : numbers[name]
  }

  private mutating func sendToEngine(_ number: Int, _ frames: [[UInt8]], _ channel: Channel) {
    guard let engine = engines[number], engine.isConnected else { return }
    if channel == .taskEngines { note(frames, at: engine) }
    queue.add(
      .reachesEngine(
        number, incarnation: engine.incarnation, channel, frames, cuts: engine.cuts),
      at: arrival(.engine(number), channel))
  }

  /// Notes that a task is sent to an engine, which must have a reason if another has it.
  private mutating func note(_ frames: [[UInt8]], at engine: EnginePlayer) {
    guard let place = frames.firstIndex(of: WireMessage.delimiter), frames.count > place + 2,
      let id = Self.identifier(frames[place + 2]), let facts = tasks[id]
    else { return }
    if let last = facts.sendings.last, last.excuse == nil {
      violation = Violation("\(id) is sent to \(engine.id) though \(last.engine) has it")
    }
    let excuse = engine.frozenUntil > clock.now ? "\(engine.id) is frozen" : nil
    trace("\(id) is sent to \(engine.id)\(excuse.map { ", because \($0)" } ?? "")")
    tasks[id]?.sendings.append(TaskFacts.Sending(engine: engine.id, excuse: excuse))
  }

  static func identifier(_ header: [UInt8]) -> MessageID? {
    (try? MessageHeader.id(header.span)).flatMap { $0 }
  }

  // MARK: The end

  private func checkEnd() throws {
    // What a journal keeps does not grow with the number of tasks that have ended.
    guard disk.mostBytes < 32 << 20 else {
      throw Violation("the journal has grown to \(disk.mostBytes) bytes")
    }
  }
}
