// Part of Apus, Apache-2.0. See LICENSE.
import ApusController
import ApusEngine
import ApusRandom
import ApusRecordLog
import ApusTransport
import ApusWire

/// What engines do.
extension Life {
  mutating func startEngine(_ number: Int) throws {
    guard engines[number] == nil else { return }
    incarnations += 1
    var engine = EnginePlayer(
      number: number, incarnation: incarnations, isSwift: number < weather.swift)
    if number < weather.swift {
      engine.swift = try EngineProcess(
        engine.id, file, clock, workers: weather.workers, work: weather.work,
        number: incarnations,
        random: Philox4x64(SeedSequence(seed + UInt128(incarnations) << 64)))
      engine.swift?.process.clock.skew = below(20_000_000) - 10_000_000
      let wakes = Event.wakes(.engine(number), incarnation: incarnations, at: clock.now)
      queue.add(wakes, at: clock.now)
    }
    engines[number] = engine
    numbers[engine.name] = number
    trace("engine \(engine.id) starts")
    lastArrivals[.engine(number)] = nil
    links[.engine(number), default: 0] += 1
    connect(number)
  }

  /// Its connections are open again, or for the first time.
  mutating func connect(_ number: Int) {
    guard var engine = engines[number], controller != nil, !engine.isConnected else { return }
    connections += 2
    (engine.heart, engine.output) = (connections, connections + 1)
    (engine.isConnected, engine.connectedAt) = (true, clock.now)
    network.reachable.insert(engine.id)
    let unsent = engine.unsent
    engine.unsent = []
    engines[number] = engine
    if engine.isRegistered || engine.swift != nil {
      for message in unsent { transmit(message.frames, on: message.channel, engine: number) }
    } else {
      register(number)
    }
  }

  private mutating func register(_ number: Int) {
    guard var engine = engines[number] else { return }
    let message = engine.maker.message(
      MessageType("registration_request"), content: JSONText(["uuid": .string(engine.id.uuid)]),
      date: clock.date)
    engines[number] = engine
    send(
      message.frames(identities: [engine.name], signer: signer), on: .query,
      from: .engine(number))
  }

  /// Sends something, now or when it is connected again.
  mutating func transmit(_ frames: [[UInt8]], on channel: Channel, engine number: Int) {
    guard let engine = engines[number] else { return }
    guard engine.isConnected else {
      engines[number]?.unsent.append((channel, frames))
      return
    }
    send(frames, on: channel, from: .engine(number))
  }

  /// Takes in what the controller has sent.
  mutating func receive(_ frames: [[UInt8]], on channel: Channel, engine number: Int) throws {
    guard let engine = engines[number] else { return }
    if let swift = engine.swift {
      // A frozen process has it, and reads it later.
      return receive(frames, on: channel, engine: number, swift.process)
    }
    guard engine.frozenUntil <= clock.now, engine.unread.isEmpty else {
      engines[number]?.unread.append((channel, frames))
      return
    }
    switch channel {
    case .ping:
      guard engine.isRegistered, engine.isConnected else { return }
      send(
        [engine.name, frames[0]], on: .pong, from: .engine(number), connection: engine.heart)
    case .query:
      let content = try JSONValue(try WireMessage.read(frames, signer: signer).message.content)
      if content["status"]?.string == "ok" {
        noteRegistration(number)
      } else {
        // Another name will do.
        engineEnded(number, "was refused")
      }
    case .taskEngines, .muxEngines:
      noteDelivery(frames, to: engine.id)
      if weather.signs, let place = frames.firstIndex(of: WireMessage.delimiter) {
        guard engines[number]?.seen.insert(Digest.of(frames[place + 1])).inserted ?? false else {
          return
        }
      }
      engines[number]?.queue.append((channel, frames))
      if !engine.isWorking {
        queue.add(.works(number, incarnation: engine.incarnation), at: clock.now)
      }
    default: break
    }
  }

  /// Notes that an engine has its number, which the journal may not have.
  private mutating func noteRegistration(_ number: Int) {
    guard let engine = engines[number] else { return }
    engines[number]?.registeredAt = clock.now
    if disk.lacksSomething || disk.isFull { unjournalledEngines.insert(engine.id) }
  }

  /// Hands a message to the process of an engine of Swift.
  private mutating func receive(
    _ frames: [[UInt8]], on channel: Channel, engine number: Int,
    _ process: SimulatedProcess<EnginePort>
  ) {
    switch channel {
    case .ping:
      guard let engine = engines[number], engine.isRegistered, engine.isConnected else { return }
      process.arrive(frames, on: .ping)
    case .query:
      noteRegistration(number)
      process.arrive(frames, on: .registration)
    case .taskEngines:
      if let engine = engines[number] { noteDelivery(frames, to: engine.id) }
      process.arrive(frames, on: .balanced)
    case .muxEngines:
      trace("engine \(number) gets \(Self.summary(frames)) on mux")
      process.arrive(frames, on: .direct)
    case .controlEngines:
      trace("engine \(number) gets \(Self.summary(frames)) on control")
      process.arrive(frames, on: .control)
    default: return
    }
    wake(.engine(number), after: .microseconds(1 + below(weather.turn)))
  }

  /// Notes that a task has reached its engine.
  private mutating func noteDelivery(_ frames: [[UInt8]], to engine: EngineID) {
    guard let place = frames.firstIndex(of: WireMessage.delimiter), frames.count > place + 2,
      let id = Self.identifier(frames[place + 2]), let last = tasks[id]?.sendings.last,
      last.engine == engine
    else { return }
    trace("\(engine) gets \(id)")
    let count = tasks[id]?.sendings.count ?? 1
    tasks[id]?.sendings[count - 1].isDelivered = true
  }

  /// Notes that an engine has answered a task.
  mutating func noteAnswer(_ frames: [[UInt8]], of engine: EngineID) {
    guard let id = Self.parent(of: frames) else { return }
    for place in (tasks[id]?.sendings ?? []).indices
    where tasks[id]?.sendings[place].engine == engine {
      tasks[id]?.sendings[place].isAnswered = true
      if leaving.contains(engine), tasks[id]?.sendings[place].excuse == nil {
        tasks[id]?.sendings[place].excuse = "\(engine) leaves"
      }
    }
  }

  /// An engine of Python goes on, and reads what has come.
  mutating func thaw(_ number: Int) throws {
    guard let engine = engines[number], engine.frozenUntil <= clock.now else { return }
    let unread = engine.unread
    engines[number]?.unread = []
    for message in unread { try receive(message.frames, on: message.channel, engine: number) }
  }

  /// Begins the next request.
  mutating func work(_ number: Int) throws {
    guard let engine = engines[number], !engine.isWorking else { return }
    guard engine.frozenUntil <= clock.now else {
      queue.add(.works(number, incarnation: engine.incarnation), at: engine.frozenUntil)
      return
    }
    guard let (channel, frames) = engines[number]?.queue.popFirst() else { return }
    let request = try Request(frames, channel, signer)
    var duration = Duration.microseconds(1)
    if let facts = tasks[request.id] {
      try begin(facts.number, at: engine)
      duration = time(weather.work)
    }
    engines[number]?.isWorking = true
    queue.add(
      .worked(number, incarnation: engine.incarnation, request), at: clock.now + duration)
  }

  /// Answers a request.
  mutating func finish(_ request: Request, engine number: Int) throws {
    guard var engine = engines[number] else { return }
    guard engine.frozenUntil <= clock.now else {
      queue.add(
        .worked(number, incarnation: engine.incarnation, request), at: engine.frozenUntil)
      return
    }
    engine.isWorking = false
    var reply = engine.maker.message(
      request.type.reply, content: Self.good, parent: request.message.header,
      metadata: JSONText(["status": "ok", "engine": .string(engine.id.uuid)]), date: clock.date)
    // What was given is given back: the pickle of a text is also that of a result.
    reply.buffers = Array(request.message.buffers.suffix(1))
    engines[number] = engine
    trace("\(engine.id) answers \(request.id)")
    let frames = reply.frames(identities: [engine.name] + request.identities, signer: signer)
    if request.channel == .taskEngines { noteAnswer(frames, of: engine.id) }
    transmit(frames, on: request.channel, engine: number)
    queue.add(.works(number, incarnation: engine.incarnation), at: clock.now)
  }

  static let good = JSONText(["status": "ok"])

  /// An engine is no more; its host says so by the ends of its connections.
  mutating func engineEnded(_ number: Int, _ reason: String) {
    guard let engine = engines[number] else { return }
    trace("engine \(engine.id) \(reason)")
    engine.swift?.process.kill()
    lose(engine.id, "\(engine.id) \(reason)")
    endConnections(engine)
    links[.engine(number), default: 0] += 1
    engines[number] = nil
    queue.add(.engineStarts(number), at: clock.now + time(200_000))
  }

  /// An engine has ended, or the controller has given it up: all that it had may run again.
  mutating func lose(_ engine: EngineID, _ reason: String) {
    lost.insert(engine)
    losses.append(clock.now)
    lossTimes[engine] = clock.now
    for (number, run) in runs where run.contains(engine) { runs[number]?.remove(engine) }
    excuse(reason) { $0.engine == engine }
  }

  /// Sendings for which another one is no fault.
  mutating func excuse(_ reason: String, where isMeant: (TaskFacts.Sending) -> Bool) {
    for (id, facts) in tasks {
      for (place, sending) in facts.sendings.enumerated()
      where sending.excuse == nil && isMeant(sending) {
        tasks[id]?.sendings[place].excuse = reason
      }
    }
  }

  mutating func endConnections(_ engine: EnginePlayer) {
    network.reachable.remove(engine.id)
    guard engine.isConnected, controller != nil else { return }
    network.end(engine.heart, on: .pong)
    network.end(engine.output, on: .outputEngines)
    wake(after: .microseconds(1))
  }
}
