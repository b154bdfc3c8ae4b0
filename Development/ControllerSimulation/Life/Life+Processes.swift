// Part of Apus, Apache-2.0. See LICENSE.
import ApusController
import ApusEngine
import ApusTransport
import ApusWire

/// Processes with code that ships: when they run, and what they send.
extension Life {
  /// Makes a process run at a time, if it would not run before.
  mutating func wake(_ peer: Peer, after delay: Duration) {
    let time = clock.now + delay
    switch peer {
    case .engine(let number):
      guard let engine = engines[number], let process = engine.swift?.process else { return }
      if let wakesAt = process.wakesAt, wakesAt <= time { return }
      process.sleep(until: time)
      queue.add(.wakes(peer, incarnation: engine.incarnation, at: time), at: time)
    case .client(let number):
      let client = clients[number]
      guard let process = client.process else { return }
      if let wakesAt = process.wakesAt, wakesAt <= time { return }
      process.sleep(until: time)
      queue.add(.wakes(peer, incarnation: client.incarnation, at: time), at: time)
    }
  }

  /// Lets a process run, because its time has come.
  mutating func run(_ peer: Peer, incarnation: Int, at time: Instant) throws {
    switch peer {
    case .engine(let number):
      guard let engine = engines[number], engine.incarnation == incarnation,
        let swift = engine.swift, swift.process.wakesAt == time
      else { return }
      guard engine.frozenUntil <= clock.now else {
        swift.process.sleep(until: engine.frozenUntil)
        queue.add(
          .wakes(peer, incarnation: incarnation, at: engine.frozenUntil), at: engine.frozenUntil)
        return
      }
      try run(swift, number)
    case .client(let number):
      let client = clients[number]
      guard client.incarnation == incarnation, let process = client.process,
        process.wakesAt == time
      else { return }
      try run(process, client: number)
    }
  }

  private mutating func plan(_ peer: Peer, _ incarnation: Int, _ wakesAt: Instant?) {
    if let wakesAt { queue.add(.wakes(peer, incarnation: incarnation, at: wakesAt), at: wakesAt) }
  }

  // MARK: Engines

  private mutating func run(_ swift: EngineProcess, _ number: Int) throws {
    guard let engine = engines[number], !swift.process.hasEnded else { return }
    let sent = swift.process.step()
    for element in swift.takeBegun() { try begin(element, at: engine) }
    for (port, frames) in sent {
      if port != .pong, port != .output {
        trace("\(engine.id) sends \(Self.summary(frames)) on \(port)")
      }
      if port == .balanced { noteAnswer(frames, of: engine.id) }
      transmit(frames, from: number, through: port)
    }
    guard swift.process.hasEnded else {
      return plan(.engine(number), engine.incarnation, swift.process.wakesAt)
    }
    trace("engine \(engine.id) ends: \(swift.end ?? "")")
    // What it has said last still travels.
    queue.add(
      .engineGone(number, incarnation: engine.incarnation), at: lastArrival(.engine(number)))
  }

  private mutating func transmit(_ frames: [[UInt8]], from number: Int, through port: EnginePort) {
    guard let engine = engines[number] else { return }
    switch port {
    case .registration: transmit([engine.name] + frames, on: .query, engine: number)
    case .direct: transmit([engine.name] + frames, on: .muxEngines, engine: number)
    case .balanced: transmit([engine.name] + frames, on: .taskEngines, engine: number)
    case .control: transmit([engine.name] + frames, on: .controlEngines, engine: number)
    case .pong:
      // A pong that cannot travel is of no use later.
      guard engine.isConnected else { return }
      send(
        [engine.name] + frames, on: .pong, from: .engine(number), connection: engine.heart)
    case .output, .broadcast, .ping: break
    }
  }

  /// Notes that a task begins at an engine, of which there must be a reason if it has begun before.
  private mutating func begin(_ element: [UInt8], at engine: EnginePlayer) throws {
    guard let number = TaskText.number(element) else { throw Violation("an unknown task begins") }
    try begin(number, at: engine)
  }

  mutating func begin(_ number: Int, at engine: EnginePlayer) throws {
    trace("\(TaskText.text(number)) begins at \(engine.id)")
    let others = runs[number] ?? []
    let unexcused = others.first { !wasJustLost($0) && !unjournalledEngines.contains($0) }
    if isOfMap(number), !wasJustLost(engine.id), let other = unexcused {
      throw Violation("\(TaskText.text(number)) begins at \(engine.id), and has begun at \(other)")
    }
    // One that was given up, and works on, does so for nothing.
    if lost.contains(engine.id) {
      runs[number, default: []] = others
    } else {
      runs[number, default: []].insert(engine.id)
    }
  }

  /// Whether an engine was given up a moment ago: what it was sent before, it runs for nothing if it is back.
  private func wasJustLost(_ engine: EngineID) -> Bool {
    [lossTimes[engine], returns[engine]].contains {
      $0.map { clock.now < $0 + .seconds(2) } ?? false
    }
  }

  // MARK: Clients

  private mutating func run(_ process: SimulatedProcess<String>, client number: Int) throws {
    let sent = process.step()
    for (port, frames) in sent {
      guard let channel = Self.channel(port) else { continue }
      trace("client \(number) sends \(Self.summary(frames)) on \(port)")
      send([clients[number].name] + frames, on: channel, from: .client(number))
    }
    if let views = clients[number].views {
      for end in views.takeEnds() { try ended(end, client: number) }
      if let failure = views.failure { throw Violation("a client of views has ended: \(failure)") }
    }
    if let map = clients[number].map {
      for (index, outcome) in map.takeOutcomes() { try take(outcome, of: index, map, number) }
      if map.process.hasEnded { return try mapEnded(map, number) }
    }
    plan(.client(number), clients[number].incarnation, process.wakesAt)
  }

  private static func channel(_ port: String) -> Channel? {
    switch port {
    case "mux": .muxClients
    case "task": .taskClients
    case "control": .controlClients
    case "registration": .query
    default: nil
    }
  }

  /// Hands a message to a client's process.
  mutating func arrive(_ frames: [[UInt8]], on channel: Channel, at number: Int) {
    let port: String
    switch channel {
    case .muxClients: port = "mux"
    case .taskClients: port = "task"
    case .controlClients: port = "control"
    case .query: port = "registration"
    case .notification: port = "notification"
    default: return
    }
    trace("client \(number) gets \(Self.summary(frames)) on \(port)")
    clients[number].process?.arrive(frames, on: port)
    wake(.client(number), after: .microseconds(1 + below(weather.turn)))
  }

  /// Ends all processes, because the life is over.
  func endProcesses() {
    for engine in engines { engine?.swift?.process.kill() }
    for client in clients { client.process?.kill() }
  }
}
