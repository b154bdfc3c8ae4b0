// Part of Apus, Apache-2.0. See LICENSE.
package import ApusTransport
import ApusWire
package import ApusWorkers

/// Runs the maps of a function on the engines of a cluster; whoever runs a map drives it.
///
/// Tasks are addressed to engines directly, so that it is known which engine has which: when one leaves, what it had begun
/// costs one attempt, and the rest moves. Nothing depends on the connection: what was lost on the way is found out and sent
/// again.
package final class ClusterPool: TaskPool {
  private let settings: ClusterSettings
  private let connection: ClientConnection
  private let clock: any TimeSource
  private let function: OfferedFunction
  /// The name of the function's maps.
  private let map: String
  private let writer = TaskBatchWriter()
  private let parcel = Parcel()
  private var board = MapBoard()

  private var job: MapJob?
  private var ledger = TaskLedger(count: 0, retries: 0, stopsAtFailure: true)
  private var options = TaskOptions()
  private var refusal: WorkerError?
  private var toldLimit = Int.max
  private var times: MapTimes

  /// - Parameter map: the name of its maps, which no others have.
  /// - Throws: ``TransportError``, ``WireError``.
  package init(
    _ settings: ClusterSettings, _ function: EncodedFunction, _ connection: ClientConnection,
    clock: any TimeSource = MonotonicClock(), map: String = RandomName.session()
  ) throws {
    (self.settings, self.connection, self.clock, self.map) = (settings, connection, clock, map)
    self.function = try OfferedFunction(function)
    times = MapTimes(now: clock.now)
    try connection.channels.watch(["notification", "mux", "control", "registration"])
  }

  package var waker: @Sendable () -> Void { connection.channels.waker }

  // MARK: The loop

  package func run(_ job: MapJob, _ ledger: TaskLedger, _ options: TaskOptions) throws {
    (self.job, self.ledger, self.options, refusal) = (job, ledger, options, nil)
    (toldLimit, times) = (.max, MapTimes(now: clock.now))
    try askForEngines()
    while !self.ledger.isFinished {
      if job.isCancelled() { throw CancellationError() }
      let isBusy = try receive()
      try limit()
      try give()
      if let refusal { throw refusal }
      try look()
      if !isBusy, !self.ledger.isFinished { connection.channels.wait(milliseconds: 100) }
    }
  }

  package func stop() {
    for (id, seat) in board.seats {
      if case .refused = seat.state { continue }
      _ = try? ask(.end, id, on: "control")
    }
    _ = try? connection.send("connection_request", MapBoard.noDemand, on: "registration")
    // The words must be sent before the sockets are closed.
    for channel in ["control", "registration"] { connection.channels.linger(on: channel) }
  }

  /// Sends a request about the map.
  private func ask(
    _ request: MapRequest, _ engine: EngineID, sharing buffers: SharedBuffers? = nil,
    on channel: String = "mux"
  ) throws -> MessageID {
    let type: MessageType = channel == "mux" ? .applyRequest : MessageType("apus_map_request")
    let id = try connection.send(
      type, metadata: request.metadata(map: map), to: engine, sharing: buffers, on: channel)
    board.note(id, to: engine)
    return id
  }

  // MARK: Messages

  /// Handles what has come in; returns whether there was anything.
  private func receive() throws -> Bool {
    var hasReceived = false
    let now = clock.now
    times.listen(now: now)
    while let message = connection.nextSigned("registration", parcel) {
      hasReceived = true
      try welcome(message)
    }
    for channel in ["mux", "control"] {
      while let message = connection.nextSigned(channel, parcel) {
        hasReceived = true
        try answer(message)
      }
    }
    while let message = connection.nextSigned("notification", parcel) {
      hasReceived = true
      notice(message)
    }
    for id in times.takeDepartures(now: now) { lose(id, "it left the cluster") }
    if hasReceived { times.heard(now: now) }
    return hasReceived
  }

  private func notice(_ message: WireMessage) {
    guard let header = try? MessageHeader(message.header.span) else { return }
    let content = message.contentValue
    switch header.type.rawValue {
    case "registration_notification": join(content)
    case "unregistration_notification":
      guard let uuid = content["uuid"]?.string else { return }
      times.left(EngineID(uuid), now: clock.now)
    case "shutdown_notification":
      refusal = WorkerError(.controllerLost, "The controller was shut down while the map ran.")
    default: break
    }
  }

  private func join(_ content: JSONValue) {
    guard let uuid = content["uuid"]?.string, let number = content["id"]?.integer else { return }
    times.joined(EngineID(uuid), now: clock.now)
    try? offer(to: EngineID(uuid), number)
  }

  /// Asks for the engines, and says how many tasks wait for one.
  private func askForEngines() throws {
    let demand = board.demand(of: ledger, hasRoom: job?.hasRoom(), lasting: options.expected)
    try connection.send("connection_request", demand, on: "registration")
  }

  /// Compares the controller's engines with those that are known.
  private func welcome(_ message: WireMessage) throws {
    let content = message.contentValue
    times.heard(content)
    guard case .object(let engines)? = content["engines"] else { return }
    var present: Set<EngineID> = []
    for (number, uuid) in engines {
      guard let number = Int(number), let uuid = uuid.string else { continue }
      present.insert(EngineID(uuid))
      try offer(to: EngineID(uuid), number)
    }
    for id in board.missing(from: present, askedAt: times.asked) {
      lose(id, "the controller has lost it")
    }
  }

  private func offer(to id: EngineID, _ number: Int) throws {
    guard board[id] == nil, id.isSwift else { return }
    let offer = try sendOffer(to: id, withFunction: false)
    board.join(id, number: number, offer: offer, now: clock.now)
  }

  private func sendOffer(to id: EngineID, withFunction isNeeded: Bool) throws -> MessageID {
    try ask(
      .begin(MapOffer(function.digest, options)), id,
      sharing: isNeeded || function.isSmall ? function.buffers : nil)
  }

  /// Handles an engine's answer.
  private func answer(_ message: WireMessage) throws {
    guard let request = message.requestID, let id = board.forget(request), var seat = board[id]
    else { return }
    let content = message.contentValue
    defer { board[id] = seat }
    if seat.state == .offered(request) {
      try settle(&seat, id, content)
    } else if let sent = seat.take(request) {
      finish(sent, &seat, message, content)
    } else if let unknown = content["unknown"]?.strings {
      for request in unknown {
        if let sent = seat.take(MessageID(request)) { giveUp(sent) }
      }
      readProgress(message, content, &seat)
    } else if let withdrawn = content["withdrawn"]?.array {
      for entry in withdrawn { takeBack(entry, &seat) }
    }
    // The engine has forgotten the map, or is another under the same name.
    if content["ename"]?.string == MapReply.unknownMap, seat.isUsable {
      giveUp(&seat)
      guard seat.isReady else { return }
      seat.offer(try sendOffer(to: id, withFunction: false), now: clock.now)
    }
  }

  /// Takes tasks back that an engine had not begun.
  private func takeBack(_ entry: JSONValue, _ seat: inout EngineSeat) {
    guard let request = entry["request"]?.string,
      let place = seat.sent.firstIndex(where: { $0.id.text == request })
    else { return }
    let indices = entry["tasks"]?.array?.compactMap(\.integer) ?? []
    ledger.unbegun(indices.compactMap { seat.sent[place].batch.close($0) })
  }

  /// What an engine says to the offer of the map.
  private func settle(_ seat: inout EngineSeat, _ id: EngineID, _ content: JSONValue) throws {
    if content["apus"]?.string == MapReply.needsFunction {
      seat.offer(try sendOffer(to: id, withFunction: true), now: clock.now)
    } else if content["status"]?.string == "ok" {
      seat.accept(
        BatchWindow(workers: content["workers"]?.integer ?? 1, largest: settings.largestBatch),
        left: content["left"]?.integer.map { .nanoseconds($0) }, now: clock.now)
    } else if content["ename"]?.string != MapReply.undelivered {
      // An offer that did not reach it is made again later.
      seat.state = .refused(content["evalue"]?.string ?? "it gave no reason")
    }
  }

  /// Takes the answers to a batch.
  private func finish(
    _ sent: EngineSeat.Sent, _ seat: inout EngineSeat, _ message: WireMessage, _ content: JSONValue
  ) {
    var sent = sent
    if content["apus"]?.string == MapReply.handedBack {
      seat.state = .leaving
      if let bytes = message.buffers.first { read(seat.unheard(bytes, content), &sent, seat) }
    } else if content["status"]?.string == "ok", let bytes = message.buffers.first {
      let before = sent.batch.openCount
      if times.isOnDemand, board.meanTime == nil { times.hurry(now: clock.now) }
      let new = seat.unheard(bytes, content)
      read(new, &sent, seat)
      seat.window.learn(
        nanoseconds: content["nanoseconds"]?.integer ?? 0, tasks: before - sent.batch.openCount,
        byteCount: new.count)
    } else if content["ename"]?.string == MapReply.refusal {
      seat.state = .refused(content["evalue"]?.string ?? "it gave no reason")
      giveUp(&seat)
    } else if content["ename"]?.string == MapReply.undelivered {
      // The map is offered again after a while, by which time the engine may have left.
      seat.offer(sent.id, now: clock.now)
    }
    giveUp(sent)
  }

  private func read(_ bytes: [UInt8], _ sent: inout EngineSeat.Sent, _ seat: EngineSeat) {
    guard let job else { return }
    var reader = AnswerReader(engine: seat.number, options: options)
    do {
      try reader.read(bytes, &sent.batch, job, &ledger)
    } catch {
      for task in sent.batch.openTasks {
        reader.fail(
          task, .coding(text: "its engine sent what cannot be read: \(error)"), job, &ledger)
        _ = sent.batch.close(task.index)
      }
    }
    if let problem = reader.refusal { refusal = problem }
  }

  /// Takes lines that tasks have written, and answers of batches that are not done.
  private func readProgress(
    _ message: WireMessage, _ content: JSONValue, _ seat: inout EngineSeat
  ) {
    defer { seat.heard(content) }
    guard let lines = message.buffers.first else { return }
    var none = EngineSeat.Sent(id: MessageID(""), batch: SentBatch([]), sentAt: clock.now)
    read(seat.unheard(lines, content), &none, seat)
    for (place, bytes) in seat.parts(content, message.buffers) {
      var sent = seat.sent[place]
      read(bytes, &sent, seat)
      seat.sent[place] = sent
    }
  }

  // MARK: Losses

  /// Takes back the tasks of a batch that have no answer, because they have not begun or the engine does not know them.
  private func giveUp(_ sent: EngineSeat.Sent) {
    _ = board.forget(sent.id)
    ledger.unbegun(sent.batch.openTasks)
  }

  private func giveUp(_ seat: inout EngineSeat) {
    for sent in seat.sent { giveUp(sent) }
    seat.sent = []
  }

  private func lose(_ id: EngineID, _ reason: String) {
    for loss in board.leave(id) {
      lose(loss, "engine \(loss.engine): \(reason)")
    }
  }

  /// Notes that an engine has left with a batch.
  ///
  /// A task that was alone in it has lost one attempt, if it may have begun. Of several nobody knows which had; each travels
  /// alone from now on.
  private func lose(_ loss: MapBoard.Loss, _ reason: String) {
    let open = loss.sent.batch.openTasks
    guard let job, loss.mayHaveBegun else { return giveUp(loss.sent) }
    guard loss.sent.batch.tasks.count == 1, let task = open.first else {
      board.suspect(open)
      return giveUp(loss.sent)
    }
    _ = board.forget(loss.sent.id)
    var reader = AnswerReader(engine: loss.engine, options: options)
    reader.fail(task, .engineLost(text: reason), job, &ledger)
    if let problem = reader.refusal { refusal = problem }
  }

  // MARK: Giving

  private func give() throws {
    guard let job else { return }
    while ledger.hasWork, refusal == nil,
      let (id, room) = board.nextWithRoom(lasting: options.expected, now: clock.now),
      try give(to: id, job, room)
    {}
    if !ledger.hasWork || !job.hasRoom(), let (engine, requests) = board.askBack(now: clock.now) {
      _ = try ask(.giveBack(requests: requests), engine, on: "control")
    }
  }

  /// Sends an engine a batch; false if there is none now.
  private func give(to id: EngineID, _ job: MapJob, _ room: Int) throws -> Bool {
    let most = board.batchSize(room: room, waiting: ledger.waitingCount)
    while writer.tasks.count < most, writer.byteCount < BatchWindow.longestBatch {
      guard ledger.hasReturned || job.hasRoom(), let (index, attempt) = ledger.take() else { break }
      let isAlone = board.travelsAlone(index)
      if isAlone, !writer.tasks.isEmpty {
        ledger.unbegun(index)
        break
      }
      guard append(GivenTask(index: index, attempt: attempt), job), !isAlone else { break }
    }
    let (bytes, tasks) = writer.take()
    guard !tasks.isEmpty else { return false }
    let request = try ask(.tasks, id, sharing: SharedBuffers([bytes]))
    board[id]?.sent.append(
      EngineSeat.Sent(id: request, batch: SentBatch(tasks), sentAt: clock.now))
    return true
  }

  /// Appends a task to the batch; false if no more should follow now.
  private func append(_ task: GivenTask, _ job: MapJob) -> Bool {
    do {
      switch try writer.append(task, of: job) {
      case .encoded: return true
      case .known:
        ledger.skipped()
        return true
      case .ended:
        ledger.ended(at: task.index)
        return false
      }
    } catch let error as WorkerError {
      refusal = error
      ledger.skipped()
      return false
    } catch {
      var reader = AnswerReader(engine: 0, options: options)
      reader.fail(
        task, .coding(text: "its element cannot be encoded: \(error)"), job, &ledger)
      if let problem = reader.refusal { refusal = problem }
      return true
    }
  }

  /// Tells engines which tasks nobody wants any more.
  private func limit() throws {
    guard ledger.hasDropped, ledger.limit < toldLimit else { return }
    toldLimit = ledger.limit
    for (id, seat) in board.seats where !seat.sent.isEmpty {
      _ = try ask(.limit(toldLimit), id, on: "control")
    }
  }

  // MARK: Time

  /// Does what is due every now and then.
  private func look() throws {
    let now = clock.now
    guard times.takeLook(now: now) else { return }
    let timeout = max(settings.controllerTimeout, times.reconnectLimit)
    if times.isSilent(for: timeout, now: now) {
      throw WorkerError(
        .controllerLost,
        "The controller at \(settings.file.interface) has not answered for \(timeout). Finished results are lost unless the map has a checkpoint."
      )
    }
    try checkEngines(now)
    guard let lost = times.takeRenewal(now: now) else { return }
    try askForEngines()
    for id in board.unanswered(since: lost) {
      // Before the board is touched, because sending notes the request there.
      let request = try sendOffer(to: id, withFunction: false)
      board[id]?.offer(request, now: now)
    }
    for id in board.takeRenewals(now: now) {
      guard let seat = board[id] else { continue }
      // What is asked on mux finds what was lost on its way there, and counts as work.
      let requests = seat.sent.map(\.id)
      _ = try ask(
        .renew(requests: requests, seen: seat.progress), id,
        on: requests.isEmpty ? "control" : "mux")
    }
  }

  private func checkEngines(_ now: Instant) throws {
    let isIdle = !board.isUsable(lasting: options.expected, now: now)
    let isOver = times.isIdle(isIdle, for: settings.engineTimeout, now: now)
    if let reason = board.refusal { throw WorkerError(.noEngines, reason) }
    guard isOver else { return }
    throw WorkerError(
      .noEngines, board.absence(lasting: options.expected, within: settings.engineTimeout))
  }
}
