// Part of Apus, Apache-2.0. See LICENSE.
import ApusCluster
import ApusController
import ApusTransport
import ApusWire

/// What clients do.
extension Life {
  /// Its connections are new, and the controller will know it by another name.
  mutating func reconnect(client number: Int) {
    clients[number].connections += 1
    clients[number].isConnected = true
    lastArrivals[.client(number)] = nil
    let unsent = clients[number].unsent
    clients[number].unsent = []
    // It has another name now.
    for message in unsent {
      send(
        [clients[number].name] + message.frames.dropFirst(), on: message.channel,
        from: .client(number))
    }
  }

  /// Its connections end, with what is on its way.
  mutating func cut(client number: Int) {
    guard controller != nil, clients[number].isConnected else { return }
    trace("client \(number) is cut off")
    links[.client(number), default: 0] += 1
    // What the controller sends now goes to a name that nobody has.
    clients[number].connections += 1
    clients[number].isConnected = false
    for id in clients[number].pending.keys { tasks[id]?.mayBeLost = true }
    let time = time([100_000, 3_000_000][below(2)])
    queue.add(
      .clientConnects(number, connections: clients[number].connections), at: clock.now + time)
  }

  /// Its process ends, and nobody waits for its tasks any more; another one takes its place.
  mutating func end(client number: Int) {
    trace("client \(number) is killed")
    clients[number].process?.kill()
    // What it has sent may still arrive.
    if below(2) == 0 { links[.client(number), default: 0] += 1 }
    lastArrivals[.client(number)] = nil
    let ended = clients[number].restart(isConnected: controller != nil)
    for (id, pending) in ended.pending {
      tasks[id] = nil
      done(pending.number)
    }
    for task in ended.open {
      ofMaps.remove(task)
      done(task)
    }
  }

  /// Submits tasks while there are any, and looks after those that have no answer.
  mutating func look(client number: Int) throws {
    queue.add(.clientLooks(number), at: clock.now + .seconds(5))
    try fill(client: number)
    if clients[number].kind == .python, controller != nil { askForResults(number) }
  }

  mutating func fill(client number: Int) throws {
    if clients[number].kind == .maps { return try beginMap(client: number) }
    guard controller != nil else { return }
    while submitted < taskCount,
      clients[number].pending.count + clients[number].postponed < weather.window
    {
      let task = submitted
      submitted += 1
      try submit(task, retries: [0, 1, 3][below(3)], client: number)
    }
  }

  mutating func submit(_ task: Int, retries: Int, client number: Int) throws {
    let now = clock.now
    // Engines of Swift get only what names them.
    let isNamed = weather.namesEngines && (weather.swift == engines.count || below(4) == 0)
    let present =
      isNamed ? engines.compactMap { $0.flatMap { isPresent($0) ? $0.id : nil } } : []
    var pending = ClientPlayer.Pending(
      number: task, retries: retries, engine: nil, targets: [], sentAt: now, askedAt: now)
    guard !isNamed || !present.isEmpty else {
      clients[number].postponed += 1
      queue.add(.submitsAgain(pending, client: number), at: now + time(100_000))
      return
    }
    let id = clients[number].maker.nextID()
    if isNamed, clients[number].kind == .views {
      pending.engine = present[below(present.count)]
    } else if isNamed {
      pending.targets = Set([present[below(present.count)], present[below(present.count)]])
    }
    clients[number].pending[id] = pending
    tasks[id] = TaskFacts(number: task, client: number, retries: retries)
    // A question for its result may overtake it then.
    tasks[id]?.mayBeLost = controller == nil || !clients[number].isConnected
    let targets = pending.targets.map(\.uuid).sorted().joined(separator: " ")
    trace("\(id) is \(TaskText.text(task)) of client \(number) \(targets)")
    if clients[number].kind == .views {
      try sendRequest(id, client: number)
    } else {
      transmit(id, client: number)
    }
  }

  /// Whether clients know an engine: it was announced, or has been there for a while.
  private func isPresent(_ engine: EnginePlayer) -> Bool {
    if joined.contains(engine.id) { return true }
    guard let since = engine.registeredAt, engine.isConnected else { return false }
    return max(since, engine.connectedAt) + .seconds(5) < clock.now
  }

  private mutating func transmit(_ id: MessageID, client number: Int) {
    guard let pending = clients[number].pending[id] else { return }
    let client = clients[number]
    let message = WireMessage(
      header: client.maker.header(.applyRequest, id: id, date: clock.date),
      metadata: Self.metadata(pending).bytes,
      buffers: TaskText.call(pending.number))
    let frames = message.frames(identities: [client.name], signer: signer)
    send(frames, on: .taskClients, from: .client(number))
  }

  private static func metadata(_ pending: ClientPlayer.Pending) -> JSONText {
    let targets = pending.targets.map(\.uuid).sorted().map { JSONValue.string($0) }
    return JSONText(["retries": .integer(pending.retries), "targets": .array(targets)])
  }

  // MARK: Views of Swift

  private mutating func sendRequest(_ id: MessageID, client number: Int) throws {
    guard let pending = clients[number].pending[id] else { return }
    if clients[number].views == nil {
      clients[number].incarnation += 1
      let name = "views-\(number)-\(clients[number].incarnation)"
      clients[number].views = try ViewProcess(name: name, file, clock)
    }
    clients[number].views?.add(
      ViewRequest(
        id: id, type: .applyRequest, metadata: Self.metadata(pending),
        engine: pending.engine, channel: pending.engine == nil ? "task" : "mux",
        buffers: TaskText.call(pending.number)))
    if clients[number].views?.process.wakesAt == clock.now {
      // It was made now, and has not run.
      queue.add(
        .wakes(.client(number), incarnation: clients[number].incarnation, at: clock.now),
        at: clock.now)
    }
    wake(.client(number), after: .zero)
  }

  /// Takes the end of a request of a view.
  mutating func ended(_ end: ViewProcess.End, client number: Int) throws {
    switch end.result {
    case .success(let message):
      let content = try JSONValue(message.content)
      try answer(end.id, content, message.buffers, client: number)
    case .failure(let error):
      guard let pending = clients[number].pending.removeValue(forKey: end.id) else {
        throw Violation("\(end.id) has ended twice")
      }
      guard let engine = pending.engine, mayBeAbsent(engine) || wasLost(engine, since: pending)
      else {
        throw Violation("\(end.id) has ended with \(error)")
      }
      submitAgain(end.id, pending, client: number)
    }
  }

  // MARK: Python

  private mutating func ask(_ type: String, _ content: JSONText, client number: Int) -> MessageID {
    let id = clients[number].maker.nextID()
    let client = clients[number]
    let message = WireMessage(
      header: client.maker.header(MessageType(type), id: id, date: clock.date),
      content: content.bytes)
    send(
      message.frames(identities: [client.name], signer: signer), on: .query,
      from: .client(number))
    return id
  }

  /// The user of a Python client asks for results that have not come for some seconds.
  private mutating func askForResults(_ number: Int) {
    for (id, pending) in clients[number].pending.sorted(by: { $0.value.number < $1.value.number })
    where pending.askedAt + .seconds(5) <= clock.now {
      clients[number].pending[id]?.askedAt = clock.now
      let request = ask(
        "result_request", JSONText(["msg_ids": [.string(id.text)], "status_only": false]),
        client: number)
      clients[number].asked[request] = id
    }
  }

  /// Takes in what the controller has sent to a client of Python.
  mutating func receive(_ frames: [[UInt8]], on channel: Channel, client number: Int) throws {
    guard channel == .taskClients || channel == .query else { return }
    let message = try WireMessage.read(frames, signer: signer).message
    guard let request = try MessageHeader.id(message.parent.span) else { return }
    let isGood = message.content == Self.good.bytes
    let content: JSONValue = isGood ? ["status": "ok"] : try JSONValue(message.content)
    if channel == .taskClients {
      return try answer(request, content, message.buffers, client: number)
    }
    if let id = clients[number].asked.removeValue(forKey: request) {
      try found(id, content, message.buffers, client: number)
    }
  }

  /// A result that was asked for.
  private mutating func found(
    _ id: MessageID, _ content: JSONValue, _ buffers: [[UInt8]], client number: Int
  ) throws {
    guard let pending = clients[number].pending[id] else { return }
    if let result = content[id.text]?["result_content"] {
      clients[number].fetched.insert(id)
      return try answer(id, result, buffers, client: number)
    }
    guard content["ename"]?.string == "KeyError" else { return }
    guard tasks[id]?.mayBeLost ?? false else {
      throw Violation("\(id) is unknown, and nothing was lost")
    }
    clients[number].pending[id] = nil
    submitAgain(id, pending, client: number)
  }

  // MARK: Answers

  private func wasLost(_ engine: EngineID, since pending: ClientPlayer.Pending) -> Bool {
    // A client hears of it later.
    lossTimes[engine].map { pending.sentAt < $0 + .seconds(1) } ?? false
  }

  /// Whether a controller may not have an engine that clients know.
  private func mayBeAbsent(_ engine: EngineID) -> Bool {
    lost.contains(engine) || leaving.contains(engine) || unjournalledEngines.contains(engine)
  }

  /// The user of a task submits it again, because it may have been lost.
  private mutating func submitAgain(
    _ id: MessageID, _ pending: ClientPlayer.Pending, client number: Int
  ) {
    tasks[id] = nil
    abandoned.insert(id)
    clients[number].postponed += 1
    queue.add(.submitsAgain(pending, client: number), at: clock.now + time(500_000))
  }

  private mutating func answer(
    _ id: MessageID, _ content: JSONValue, _ buffers: [[UInt8]], client number: Int
  ) throws {
    let wasFetched = clients[number].fetched.contains(id)
    guard let facts = tasks[id], let pending = clients[number].pending.removeValue(forKey: id)
    else {
      if abandoned.contains(id) || wasFetched || unjournalled.contains(id) { return }
      throw Violation("\(id) is answered twice")
    }
    let name = content["ename"]?.string
    trace(
      "\(id) is answered with \(name.map { "\($0): \(content["evalue"]?.string ?? "")" } ?? "its result")"
    )
    if name == nil {
      guard content["status"]?.string == "ok", buffers == TaskText.result(pending.number) else {
        throw Violation("\(id) has a wrong answer: \(content)")
      }
      guard runs[facts.number] != nil else { throw Violation("\(id) is answered and never ran") }
    } else if name == "RuntimeError" || facts.mayBeLost && name == "EngineError" {
      // The journal took nothing, or the controller was killed: its user submits it again.
      return submitAgain(id, pending, client: number)
    } else if let engine = pending.engine, name == "EngineError",
      mayBeAbsent(engine) || cutOff.contains(engine) || wasLost(engine, since: pending)
    {
      return submitAgain(id, pending, client: number)
    } else if !pending.targets.isEmpty,
      pending.targets.allSatisfy({ mayBeAbsent($0) || wasLost($0, since: pending) })
    {
      return submitAgain(id, pending, client: number)
    } else {
      let losses = facts.sendings.count { $0.excuse != nil }
      guard name == "EngineError", losses > facts.retries else {
        throw Violation(
          "\(id) has failed with \(name ?? "?") after \(losses) losses and \(facts.retries) retries: \(content["evalue"]?.string ?? "")"
        )
      }
    }
    tasks[id] = nil
    done(facts.number)
    if answered < taskCount { try fill(client: number) }
  }

  /// A task has its answer.
  mutating func done(_ number: Int) {
    runs[number] = nil
    answered += 1
    lastAnswer = clock.now
  }
}
