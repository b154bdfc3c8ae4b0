// Part of Apus, Apache-2.0. See LICENSE.
import ApusProcess
import ApusTransport

/// A server for the jobs of Parallel Python: the driver, which reads connections, workers and the clock, and decides nothing.
///
/// It must be used on one thread.
package final class JobServer {
  /// What the log says.
  package enum Event: Sendable {
    case listening(address: String, port: Int)
    case opened(String)
    case closed(String, reason: String?)
    case workerDied(Int, reason: String)
    case workerMissing(Int, reason: String)
  }

  /// Why it has ended.
  package enum End: Sendable, Hashable {
    case stopped
    /// No client that knows the secret has been there for the time of the settings.
    case idle
    /// No worker could be started.
    case withoutWorkers(String)
  }

  private struct Connection {
    let peer: StreamSocket.Peer
    let address: String
    var session: Session
    /// Whether its client has shown that it knows the secret.
    var wasAuthenticated = false
  }

  private let settings: JobServerSettings
  private let context: TransportContext
  private let socket: StreamSocket
  private let discovery: Discovery?
  private let inbox: WorkerInbox
  private var workers: [PythonWorker] = []
  private let clock = MonotonicClock()
  private let onEvent: (Event) -> Void

  private var connections: [UInt32: Connection] = [:]
  private var ledger: ConnectionLedger
  private var queue: JobQueue
  private var statistics: JobStatistics
  private var idleSince: Instant
  /// Whether a worker has ever been ready.
  private var hasWorkers = false
  /// Why the last worker could not be started.
  private var missing: String?

  /// Listens, and starts the workers.
  ///
  /// - Throws: ``TransportError`` if it cannot listen.
  package init(_ settings: JobServerSettings, onEvent: @escaping (Event) -> Void) throws {
    (self.settings, self.onEvent) = (settings, onEvent)
    context = try TransportContext()
    socket = try StreamSocket(in: context)
    if settings.address.contains(":") { try socket.allowIPv6() }
    let host = settings.address.contains(":") ? "[\(settings.address)]" : settings.address
    try socket.bind("tcp://\(host):\(settings.port)")
    let port = socket.port ?? settings.port
    if let broadcast = settings.broadcast {
      discovery = try Discovery(
        address: settings.address, port: port, broadcast: broadcast, clock.now)
    } else {
      discovery = nil
    }
    inbox = try WorkerInbox()
    queue = JobQueue(workers: settings.workers)
    ledger = ConnectionLedger(
      mostConnections: settings.mostConnections, mostStrangers: settings.mostStrangers,
      mostBytes: settings.mostBytes)
    statistics = JobStatistics(now: clock.now)
    idleSince = clock.now
    workers = (0..<settings.workers).map { [inbox] number in
      PythonWorker(number, settings.command) { inbox.post($0, from: number) }
    }
  }

  /// The port that it listens on.
  package var port: Int { socket.port ?? settings.port }

  /// Wakes the loop from any thread.
  package var waker: @Sendable () -> Void {
    { [inbox] in inbox.wake() }
  }

  /// A table of what was done so far.
  package var table: String { statistics.table(workers: settings.workers, now: clock.now) }

  /// Serves until it is told to stop, or has been idle for too long.
  ///
  /// - Parameter isStopped: is asked after each wake-up.
  package func run(until isStopped: () -> Bool) -> End {
    defer { for worker in workers { worker.stop() } }
    onEvent(.listening(address: settings.address, port: port))
    let poller = Poller()
    _ = poller.add(socket)
    _ = poller.add(descriptor: inbox.descriptor)
    if let discovery { _ = poller.add(descriptor: discovery.descriptor) }
    while !isStopped() {
      takeNews()
      takeInput()
      discovery?.turn(now: clock.now)
      expire()
      assign()
      if let end { return end }
      let wait = clock.now.duration(to: nextEvent)
      _ = poller.wait(milliseconds: max(0, min(60_000, wait.milliseconds + 1)))
    }
    return .stopped
  }

  // MARK: Connections

  private func takeInput() {
    // Others must have a turn, too.
    for _ in 0..<1000 {
      guard let event = socket.next() else { return }
      switch event {
      case .opened(let peer, let address): open(peer, address)
      case .received(let peer, let bytes):
        change(peer.number) { $0.heard(bytes, now: clock.now) }
      case .closed(let peer): remove(peer.number, "the client has closed it", isClosed: true)
      }
    }
    inbox.wake()
  }

  private func open(_ peer: StreamSocket.Peer, _ address: String) {
    guard socket.closeStuck() < settings.mostStrangers else {
      onEvent(.closed(address, reason: "too many others are closed and do not read"))
      return socket.close(peer)
    }
    let session = Session(settings.terms, nonce: Nonce.make(), now: clock.now)
    connections[peer.number] = Connection(peer: peer, address: address, session: session)
    for payload in session.greeting { _ = socket.send(FrameReader.frame(payload), to: peer) }
    onEvent(.opened(address))
    makeRoom(ledger.opened(peer.number), "there are too many connections")
  }

  private func makeRoom(_ number: UInt32?, _ reason: String) {
    if let number { remove(number, reason, isClosed: false) }
  }

  private func change(_ number: UInt32, _ body: (inout Session) -> [Session.Action]) {
    guard var connection = connections.removeValue(forKey: number) else { return }
    let actions = body(&connection.session)
    connections[number] = connection
    for action in actions { perform(action, number, connection.peer) }
    if let count = connections[number]?.session.byteCount {
      makeRoom(
        ledger.holds(count, number), "more than \(settings.mostBytes) bytes wait for workers")
    }
  }

  private func perform(_ action: Session.Action, _ number: UInt32, _ peer: StreamSocket.Peer) {
    switch action {
    case .send(let payload):
      guard !socket.send(FrameReader.frame(payload), to: peer) else { return }
      remove(number, "it does not read what it is sent", isClosed: false)
    case .authenticated:
      connections[number]?.wasAuthenticated = true
      ledger.authenticated(number)
    case .statistics(let isFirst):
      if isFirst { statistics.begin() }
      let answer = isFirst ? "\(settings.workers)" : statistics.answer
      perform(.send(Array(answer.utf8)), number, peer)
    case .submit(let job): queue.submit(job, from: number)
    case .close(let reason): remove(number, reason, isClosed: false)
    }
  }

  private func remove(_ number: UInt32, _ reason: String?, isClosed: Bool) {
    guard let connection = connections.removeValue(forKey: number) else { return }
    if !isClosed { socket.close(connection.peer) }
    queue.clientLeft(number)
    ledger.closed(number)
    if connection.wasAuthenticated, isIdle { idleSince = clock.now }
    onEvent(.closed(connection.address, reason: reason))
  }

  // MARK: Workers

  private func takeNews() {
    for (number, news) in inbox.takeNews() {
      switch news {
      case .ready:
        queue.workerIsReady(number)
        if !hasWorkers { retryMissing() }
      case .answered(let result):
        deliver(result, of: number, restarts: settings.command.restarts)
      case .died(let result, let reason):
        statistics.workerFailed()
        onEvent(.workerDied(number, reason: reason))
        deliver(result, of: number, restarts: true)
      case .missing(let reason): onEvent(.workerMissing(number, reason: reason))
      case .cannotStart(let reason):
        missing = reason
        queue.workerEnded(number, isReplaced: hasWorkers)
        if hasWorkers { workers[number].startLater() }
        onEvent(.workerMissing(number, reason: reason))
      }
    }
  }

  /// The command is right, since a worker has started: others that have not are tried again.
  private func retryMissing() {
    hasWorkers = true
    for (number, state) in queue.workers.enumerated() where state == .gone {
      queue.workerEnded(number, isReplaced: true)
      workers[number].startLater()
    }
  }

  private func deliver(_ result: [UInt8], of worker: Int, restarts: Bool) {
    guard let (client, duration) = queue.finished(worker, restarts: restarts, now: clock.now)
    else { return }
    statistics.finished(after: duration)
    if let client { change(client) { $0.answered(result, now: clock.now) } }
  }

  private func assign() {
    while let (worker, waiting) = queue.next(now: clock.now) { workers[worker].run(waiting.job) }
  }

  // MARK: Time

  private func expire() {
    let now = clock.now
    for (number, connection) in connections {
      guard let deadline = connection.session.deadline, deadline <= now else { continue }
      change(number) { $0.timePassed(now: now) }
    }
  }

  private var isIdle: Bool { !connections.values.contains { $0.session.isAuthenticated } }

  private var end: End? {
    if settings.workers > 0, let missing, queue.workers.allSatisfy({ $0 == .gone }) {
      return .withoutWorkers(missing)
    }
    guard let limit = settings.idleLimit, isIdle, idleSince + limit <= clock.now else { return nil }
    return .idle
  }

  private var nextEvent: Instant {
    var next = discovery?.nextEvent ?? .distantFuture
    for connection in connections.values {
      if let deadline = connection.session.deadline { next = min(next, deadline) }
    }
    if let limit = settings.idleLimit, isIdle { next = min(next, idleSince + limit) }
    return next
  }
}
