// Part of Apus, Apache-2.0. See LICENSE.
import ApusController
import ApusTransport
import ApusWire

/// How messages travel between the controller, engines and clients.
extension Life {
  /// Sends what a peer has for the controller; it arrives later, and behind what the peer sent before on that channel.
  mutating func send(
    _ frames: [[UInt8]], on channel: Channel, from peer: Peer, connection: Int32 = -1
  ) {
    if case .client(let number) = peer, controller == nil || !clients[number].isConnected {
      clients[number].unsent.append((channel, frames))
      return
    }
    let link = links[peer, default: 0]
    queue.add(
      .arrives(channel, frames, connection: connection, from: peer, link: link),
      at: arrival(peer, channel))
    if case .client = peer, channel == .taskClients, let rate = weather.duplicates,
      below(rate) == 0
    {
      queue.add(
        .arrives(channel, frames, connection: connection, from: peer, link: link),
        at: arrival(peer, channel))
    }
  }

  mutating func arrival(_ peer: Peer, _ channel: Channel) -> Instant {
    let last = lastArrivals[peer]?[channel] ?? Instant()
    let time = max(last, clock.now + time(weather.delay))
    lastArrivals[peer, default: [:]][channel] = time
    return time
  }

  /// When all that a peer has sent has arrived.
  func lastArrival(_ peer: Peer) -> Instant {
    max(clock.now, lastArrivals[peer]?.values.max() ?? Instant())
  }

  /// Sends what the controller has for a peer.
  ///
  /// - Parameter isUnjournalled: whether the journal had not taken everything before.
  mutating func send(_ frames: [[UInt8]], on channel: Channel, isUnjournalled: Bool) {
    switch channel {
    case .outputClients: break
    case .notification:
      for number in clients.indices where clients[number].process != nil {
        sendToClient(number, frames, channel)
      }
    case .ping: for number in engines.indices { sendToEngine(number, frames, channel) }
    default:
      let rest = Array(frames.dropFirst())
      if let number = engine(named: frames[0]) {
        return sendToEngine(number, rest, channel, isUnjournalled: isUnjournalled)
      }
      if channel == .taskClients, let id = Self.parent(of: frames) {
        tasks[id]?.isEnded = true
        if isUnjournalled { unjournalled.insert(id) }
      }
      // What is for a client that has another name now goes nowhere.
      guard let number = clients.firstIndex(where: { $0.name == frames[0] }) else { return }
      sendToClient(number, rest, channel)
    }
  }

  private mutating func sendToClient(_ number: Int, _ frames: [[UInt8]], _ channel: Channel) {
    guard clients[number].isConnected else { return }
    queue.add(
      .reachesClient(number, connections: clients[number].connections, channel, frames),
      at: arrival(.client(number), channel))
  }

  static func parent(of frames: [[UInt8]]) -> MessageID? {
    guard let place = frames.firstIndex(of: WireMessage.delimiter), frames.count > place + 3 else {
      return nil
    }
    return identifier(frames[place + 3])
  }

  private func engine(named name: [UInt8]) -> Int? {
    weather.engines < 100 ? engines.firstIndex { $0?.name == name } : numbers[name]
  }

  private mutating func sendToEngine(
    _ number: Int, _ frames: [[UInt8]], _ channel: Channel, isUnjournalled: Bool = false
  ) {
    guard let engine = engines[number], engine.isConnected else { return }
    if channel == .taskEngines { note(frames, at: engine, isUnjournalled) }
    queue.add(
      .reachesEngine(
        number, incarnation: engine.incarnation, channel, frames, cuts: engine.cuts),
      at: arrival(.engine(number), channel))
  }

  /// Notes that a task is sent to an engine, which must have a reason if another has it.
  private mutating func note(
    _ frames: [[UInt8]], at engine: EnginePlayer, _ isUnjournalled: Bool
  ) {
    guard let place = frames.firstIndex(of: WireMessage.delimiter), frames.count > place + 2,
      let id = Self.identifier(frames[place + 2]), let facts = tasks[id]
    else { return }
    if let last = facts.sendings.last, last.excuse == nil {
      violation = Violation("\(id) is sent to \(engine.id) though \(last.engine) has it")
    }
    trace("\(id) is sent to \(engine.id)")
    tasks[id]?.sendings.append(
      TaskFacts.Sending(
        engine: engine.id, isUnjournalled: isUnjournalled,
        excuse: lost.contains(engine.id) ? "\(engine.id) is lost" : nil))
  }

  static func request(_ frames: [[UInt8]]) -> MessageID? {
    guard let place = frames.firstIndex(of: WireMessage.delimiter), frames.count > place + 2 else {
      return nil
    }
    return identifier(frames[place + 2])
  }

  /// A message in words, for people.
  static func summary(_ frames: [[UInt8]]) -> String {
    guard let place = frames.firstIndex(of: WireMessage.delimiter), frames.count > place + 3
    else { return "what is no message" }
    let type = (try? JSONValue(frames[place + 2]))?["msg_type"]?.string ?? "?"
    let id = identifier(frames[place + 2])?.text ?? "?"
    let parent = identifier(frames[place + 3]).map { " for \($0)" } ?? ""
    return "\(type) \(id)\(parent)"
  }

  static func identifier(_ header: [UInt8]) -> MessageID? {
    (try? MessageHeader.id(header.span)).flatMap { $0 }
  }
}
