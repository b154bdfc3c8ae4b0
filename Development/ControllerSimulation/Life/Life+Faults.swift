// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport

/// What goes wrong.
extension Life {
  /// Plans the next fault of a kind.
  mutating func schedule(_ fault: Fault) {
    guard let mean = interval(fault) else { return }
    queue.add(.fault(fault), at: clock.now + time(Int(mean * 1e6)))
  }

  private func interval(_ fault: Fault) -> Double? {
    switch fault {
    case .engineDies: weather.engineDies
    case .engineFreezes: weather.engineFreezes
    case .engineIsCut: weather.engineIsCut
    case .controllerDies: weather.controllerDies
    case .powerIsLost: weather.powerIsLost
    case .diskIsFull: weather.diskIsFull
    case .clockJumps: weather.clockJumps
    case .engineIsWarned: weather.engineIsWarned
    case .clientIsCut: weather.clientIsCut
    case .clientDies: weather.clientDies
    }
  }

  mutating func happen(_ fault: Fault) throws {
    // At last nothing goes wrong any more, and all must be answered.
    let count = faults.values.reduce(0, +)
    guard submitted < taskCount * 9 / 10, clock.now < Self.calm, count < Self.mostFaults else {
      return
    }
    schedule(fault)
    faults[fault, default: 0] += 1
    lastFault = clock.now
    switch fault {
    case .engineDies: engineEnded(below(engines.count), "is killed")
    case .engineFreezes:
      let number = below(engines.count)
      guard let engine = engines[number] else { return }
      let end = clock.now + time(4_000_000)
      engines[number]?.frozenUntil = end
      queue.add(.thaws(number, incarnation: engine.incarnation), at: end)
      trace("engine \(engine.id) freezes until \(end.nanoseconds / 1000)")
    case .engineIsCut: cut(below(engines.count))
    case .engineIsWarned:
      let number = below(engines.count)
      guard let engine = engines[number], let swift = engine.swift else { return }
      trace("the allocation of engine \(engine.id) ends")
      swift.warn()
      leaving.insert(engine.id)
      wake(.engine(number), after: .zero)
    case .clientIsCut: cut(client: below(clients.count))
    case .clientDies: end(client: below(clients.count))
    case .controllerDies:
      guard controller != nil else { return }
      trace("the controller is about to be killed")
      if below(2) == 0 { network.killsAfter = below(10) } else { disk.killsAfter = below(5) }
      if below(3) == 0 { controllerEnded() }
    case .powerIsLost:
      guard controller != nil else { return }
      trace("power is lost")
      powerGoes = true
      // Now, or in the midst of a write.
      if below(2) == 0 { disk.killsAfter = below(6) } else { controllerEnded() }
    case .diskIsFull:
      trace("the disk is full")
      disk.isFull = true
      queue.add(.diskHasRoom, at: clock.now + time(2_000_000))
    case .clockJumps:
      clock.offset += below(7_200_000_000) - 3_600_000_000
      trace("the date is set")
    }
  }

  /// The connections of an engine end, with what is on its way, and are opened again.
  private mutating func cut(_ number: Int) {
    guard let engine = engines[number], engine.isConnected else { return }
    trace("engine \(engine.id) is cut off")
    cutOff.insert(engine.id)
    excuse("\(engine.id) was cut off") {
      $0.engine == engine.id && (!$0.isDelivered || $0.isAnswered)
    }
    endConnections(engine)
    links[.engine(number), default: 0] += 1
    lastArrivals[.engine(number)] = nil
    engines[number]?.isConnected = false
    engines[number]?.cuts += 1
    queue.add(
      .connects(number, incarnation: engine.incarnation),
      at: clock.now + time([100_000, 3_000_000][below(2)]))
  }

  // MARK: The end of a controller

  /// The controller was killed; a few of the messages that it has sent are lost with it.
  mutating func controllerEnded() {
    trace("controller \(controllers) is dead")
    controller = nil
    turnAt = nil
    if powerGoes { disk.losePower() }
    powerGoes = false
    for peer in engines.indices.map({ Peer.engine($0) }) + clients.indices.map({ Peer.client($0) })
    {
      links[peer, default: 0] += 1
    }
    for id in tasks.keys { tasks[id]?.mayBeLost = true }
    // What was on its way is lost; what an engine has goes on.
    excuse("the controller was killed") {
      !$0.isDelivered || $0.isAnswered || $0.isUnjournalled
    }
    giveUpUnheard()
    for number in engines.indices {
      engines[number]?.isConnected = false
      // What the controller had sent and the system had not is lost with it.
      if below(2) == 0 { engines[number]?.cuts += 1 }
    }
    queue.add(.controllerStarts, at: clock.now + time(500_000))
  }

  /// In its last turn, of which nobody has heard, it may have given up engines that were cut off, and ended the tasks that only
  /// these could run.
  private mutating func giveUpUnheard() {
    for engine in engines.compactMap({ $0 }) where !engine.isConnected {
      lossTimes[engine.id] = clock.now
    }
    for client in clients {
      for (id, pending) in client.pending
      where !pending.targets.isEmpty
        && pending.targets.allSatisfy({ lost.contains($0) || lossTimes[$0] == clock.now })
      {
        tasks[id]?.isEnded = true
      }
    }
  }
}
