// Part of Apus, Apache-2.0. See LICENSE.
import ApusController
import ApusTransport
import ApusWire

/// What clients do.
extension Life {
  /// Its connections are new, and the controller will know it by another name.
  mutating func reconnect(client number: Int) {
    clients[number].connections += 1
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

  /// Submits tasks while there are any, and looks after those that have no answer.
  mutating func look(client number: Int) {
    let interval: Duration = clients[number].isSwift ? .seconds(2) : .seconds(5)
    queue.add(.clientLooks(number), at: clock.now + interval)
    guard controller != nil else { return }
    fill(client: number)
    clients[number].isSwift ? askForController(number) : askForResults(number)
  }

  mutating func fill(client number: Int) {
    guard controller != nil else { return }
    while submitted < taskCount, clients[number].pending.count < weather.window {
      let task = submitted
      submitted += 1
      submit(task, retries: [0, 1, 3][below(3)], client: number)
    }
  }

  mutating func submit(_ task: Int, retries: Int, client number: Int) {
    let id = clients[number].maker.nextID()
    let now = clock.now
    clients[number].pending[id] = ClientPlayer.Pending(
      number: task, retries: retries, sentAt: now, askedAt: now)
    tasks[id] = TaskFacts(number: task, client: number, retries: retries)
    transmit(id, client: number, isRepeated: false)
  }

  private mutating func transmit(_ id: MessageID, client number: Int, isRepeated: Bool) {
    guard let pending = clients[number].pending[id] else { return }
    if isRepeated { clients[number].repeated.insert(id) }
    let client = clients[number]
    let message = WireMessage(
      header: client.maker.header(.applyRequest, id: id, date: clock.date),
      parent: Array((isRepeated ? "{\"apus_repeated\":true}" : "{}").utf8),
      metadata: JSONText(["retries": .integer(pending.retries)]).bytes,
      buffers: [Self.argument(pending.number)])
    let frames = message.frames(identities: [client.name], signer: signer)
    send(frames, on: .taskClients, from: .client(number))
    if let rate = weather.duplicates, below(rate) == 0 {
      send(frames, on: .taskClients, from: .client(number))
    }
  }

  /// What a task is given, and gives back.
  private static func argument(_ number: Int) -> [UInt8] { Array("task \(number)".utf8) }

  private mutating func askForController(_ number: Int) {
    guard !clients[number].pending.isEmpty else { return }
    ask("connection_request", .emptyObject, client: number)
  }

  @discardableResult
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

  // MARK: Answers

  mutating func receive(_ frames: [[UInt8]], on channel: Channel, client number: Int) throws {
    let message = try WireMessage.read(frames, signer: signer).message
    guard let request = try MessageHeader.id(message.parent.span) else { return }
    let isGood = message.content == Self.good.bytes
    let content: JSONValue = isGood ? ["status": "ok"] : try JSONValue(message.content)
    if channel == .taskClients {
      return try answer(request, content, message.buffers, client: number)
    }
    guard channel == .query else { return }
    if let id = clients[number].asked.removeValue(forKey: request) {
      return try found(id, content, message.buffers, client: number)
    }
    let session = try MessageHeader(message.header.span).session
    let isAnother = clients[number].controller.map { $0 != session } ?? false
    clients[number].controller = session
    guard isAnother, clients[number].isSwift else { return }
    for id in clients[number].pending.keys.sorted(by: { $0.text < $1.text }) {
      transmit(id, client: number, isRepeated: true)
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

  /// The user of a task submits it again, because it may have been lost.
  private mutating func submitAgain(
    _ id: MessageID, _ pending: ClientPlayer.Pending, client number: Int
  ) {
    tasks[id] = nil
    abandoned.insert(id)
    queue.add(.submitsAgain(pending, client: number), at: clock.now + time(500_000))
  }

  private mutating func answer(
    _ id: MessageID, _ content: JSONValue, _ buffers: [[UInt8]], client number: Int
  ) throws {
    let wasFetched = clients[number].fetched.contains(id)
    guard let facts = tasks[id], let pending = clients[number].pending.removeValue(forKey: id)
    else {
      if abandoned.contains(id) || clients[number].repeated.contains(id) || wasFetched
        || unjournalled.contains(id)
      {
        return
      }
      throw Violation("\(id) is answered twice")
    }
    let name = content["ename"]?.string
    if name == nil {
      guard content["status"]?.string == "ok", buffers == [Self.argument(pending.number)] else {
        throw Violation("\(id) has a wrong answer: \(content)")
      }
      guard facts.runs > 0 else { throw Violation("\(id) is answered and never ran") }
    } else if name == "RuntimeError" || facts.mayBeLost && name == "EngineError" {
      // The journal took nothing, or the controller was killed: its user submits it again.
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
    answered += 1
    lastAnswer = clock.now
    if answered < taskCount { fill(client: number) }
  }
}
