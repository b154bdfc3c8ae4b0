// Part of Apus, Apache-2.0. See LICENSE.
import ApusController
import ApusRecordLog
import ApusTransport
import ApusWire

/// What engines do.
extension Life {
  mutating func startEngine(_ number: Int) {
    guard engines[number] == nil else { return }
    incarnations += 1
    let engine = EnginePlayer(number: number, incarnation: incarnations)
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
    engine.isConnected = true
    network.reachable.insert(engine.id)
    let unsent = engine.unsent
    engine.unsent = []
    engines[number] = engine
    if engine.isRegistered {
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
  private mutating func transmit(_ frames: [[UInt8]], on channel: Channel, engine number: Int) {
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
    guard engine.frozenUntil <= clock.now else {
      queue.add(
        .reachesEngine(
          number, incarnation: engine.incarnation, channel, frames, cuts: engine.cuts),
        at: engine.frozenUntil)
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
        engines[number]?.isRegistered = true
      } else {
        // Another name will do.
        engineEnded(number, "was refused")
      }
    case .taskEngines, .muxEngines:
      trace("\(engine.id) gets \(Self.identifier(frames[3])?.text ?? "?")")
      if weather.signs, let place = frames.firstIndex(of: WireMessage.delimiter) {
        guard engines[number]?.seen.insert(Digest.of(frames[place + 1])).inserted ?? false else {
          return
        }
      }
      engines[number]?.queue.append(frames)
      if !engine.isWorking {
        queue.add(.works(number, incarnation: engine.incarnation), at: clock.now)
      }
    default: break
    }
  }

  /// Begins the next request.
  mutating func work(_ number: Int) throws {
    guard let engine = engines[number], !engine.isWorking else { return }
    guard engine.frozenUntil <= clock.now else {
      queue.add(.works(number, incarnation: engine.incarnation), at: engine.frozenUntil)
      return
    }
    guard let frames = engines[number]?.queue.popFirst() else { return }
    let request = try Request(frames, signer)
    var duration = Duration.microseconds(1)
    if tasks[request.id] != nil {
      tasks[request.id]?.runs += 1
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
    reply.buffers = request.message.buffers
    engines[number] = engine
    trace("\(engine.id) answers \(request.id)")
    transmit(
      reply.frames(identities: [engine.name] + request.identities, signer: signer),
      on: .taskEngines, engine: number)
    queue.add(.works(number, incarnation: engine.incarnation), at: clock.now)
  }

  static let good = JSONText(["status": "ok"])

  /// An engine is no more; its host says so by the ends of its connections.
  mutating func engineEnded(_ number: Int, _ reason: String) {
    guard let engine = engines[number] else { return }
    trace("engine \(engine.id) \(reason)")
    loseTasks(of: engine, "\(engine.id) \(reason)")
    endConnections(engine)
    links[.engine(number), default: 0] += 1
    engines[number] = nil
    queue.add(.engineStarts(number), at: clock.now + time(200_000))
  }

  /// What an engine has, or has answered and the controller has not heard, may run again.
  mutating func loseTasks(of engine: EnginePlayer, _ reason: String) {
    for (id, facts) in tasks {
      for place in facts.sendings.indices
      where facts.sendings[place].engine == engine.id && facts.sendings[place].excuse == nil {
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
