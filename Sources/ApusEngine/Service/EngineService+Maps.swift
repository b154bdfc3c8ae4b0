// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire
package import ApusWorkers

/// Maps of Swift clients.
extension EngineService {
  /// Handles a request about a map.
  func receive(map request: EngineRequest) {
    do {
      guard let (map, about) = try MapRequest.read(request.metadata) else { return }
      switch about {
      case .begin(let offer): begin(map, offer, request)
      case .tasks: append(map, request)
      case .renew(let requests, let seen): renew(map, Set(requests), seen: seen, request)
      case .giveBack(let requests):
        _ = giveBack(Set(requests))
        if currentPool == nil {
          connection.send(.done, to: request)
        } else {
          withdrawals.append(request)
        }
      case .limit(let index): limit(map, to: index, request)
      case .end: end(map, request)
      }
    } catch {
      connection.refuse(request, error.message)
    }
  }

  private func begin(_ map: String, _ offer: MapOffer, _ request: EngineRequest) {
    if let reply = functions.take(offer, request.buffers, inUse: queue.functions) {
      return connection.send(reply, to: request)
    }
    queue.begin(map, offer, now: clock.now)
    let left = retirement.left(now: clock.now)
    connection.send(.accepted(workers: functions.workerCount, left: left), to: request)
  }

  private func append(_ map: String, _ request: EngineRequest) {
    guard queue.heard(map, now: clock.now), let known = queue[map] else {
      return connection.send(.unknownMap, to: request)
    }
    if let refusal = known.refusal { return connection.refuse(request, refusal) }
    guard let bytes = request.buffers.first, let batch = try? TaskBatch(bytes) else {
      return connection.refuse(request, "a batch of tasks arrived that cannot be read")
    }
    if plain.takeAborted(request.id) {
      return connection.send(EngineReply(outcome: .aborted), to: request)
    }
    queue.append(MapQueue.Entry(map: map, batch: batch, request: request.withoutBuffers))
  }

  private func renew(
    _ map: String, _ requests: Set<MessageID>, seen: Int, _ request: EngineRequest
  ) {
    guard queue.heard(map, now: clock.now) else {
      return connection.send(.unknownMap, to: request)
    }
    queue.reroute(map, as: request)
    let (again, onTheirWay) = answers.wanted(map, requests)
    for answer in again { connection.send(answer.reply, to: answer.request.renewed(by: request)) }
    let sent = Set((again + onTheirWay).map(\.request.id))
    let pool = map == currentMap ? currentPool : nil
    let reply = queue.progress(map, of: requests, seen: seen, answered: sent, pool)
    connection.send(reply, to: request)
  }

  /// Answers requests whose tasks have not begun, and takes such tasks out of those that have.
  ///
  /// - Returns: the requests that are not here.
  func giveBack(_ requests: Set<MessageID>) -> Set<MessageID> {
    var rest = requests
    for entry in queue.giveBack(requests) {
      answer(entry, EngineReply(outcome: .aborted))
      rest.remove(entry.request.id)
    }
    for (id, entry) in queue.running where requests.contains(entry.request.id) {
      currentPool?.withdraw(id)
      rest.remove(entry.request.id)
    }
    return rest
  }

  /// Answers a batch that has no results.
  func answer(_ entry: MapQueue.Entry, _ reply: EngineReply) {
    if entry.call == nil { return connection.send(reply, to: entry.request) }
    queue.drop(entry.map)
    connection.finish(entry.request, reply)
  }

  /// Ends what is running, and tells its client.
  func interrupt() {
    guard let map = currentMap else { return }
    refuse(map, "the engine was interrupted")
    isMapEnded = true
    currentPool?.close()
  }

  private func limit(_ map: String, to index: Int, _ request: EngineRequest) {
    for entry in queue.limit(map, to: index) {
      answer(entry, EngineReply(outcome: .aborted))
    }
    if map == currentMap { currentPool?.limit(to: index) }
    connection.send(.done, to: request)
  }

  private func end(_ map: String, _ request: EngineRequest) {
    forget(map)
    connection.send(.done, to: request)
  }

  /// Forgets a map, and ends its tasks if they are running.
  func forget(_ map: String) {
    queue.end(map)
    answers.forget(map)
    if map == currentMap {
      isMapEnded = true
      currentPool?.close()
    }
  }

  // MARK: Running

  /// Runs batches of a map until another one's turn has come, or there is something else to do.
  func run(_ map: String) {
    guard let offer = queue[map]?.offer else { return forgetUnknown(map) }
    do {
      guard let pool = try functions.pool(offer.function) else { return forgetUnknown(map) }
      (currentMap, currentPool, isMapEnded) = (map, pool, false)
      defer { (currentMap, currentPool) = (nil, nil) }
      try pool.run(TaskOptions(offer), self)
    } catch is CancellationError {
      // Its client has ended it, or this engine ends.
      for id in Array(queue.running.keys) { _ = queue.finish(id) }
      functions.dropPool(offer.function)
    } catch {
      refuse(map, "\(error)")
      functions.dropPool(offer.function)
    }
    withdrew([:])
  }

  /// Answers all batches of a map that the engine does not know any more, so that its client offers it again.
  private func forgetUnknown(_ map: String) {
    refuse(map, "the engine does not know the map", as: MapReply.unknownMap)
    queue.end(map)
  }

  /// Answers all batches of a map with the reason why they cannot run here.
  private func refuse(_ map: String, _ reason: String, as name: String = MapReply.refusal) {
    for entry in queue.refuse(map, reason) { answer(entry, .failed(name, reason)) }
  }
}

extension EngineService: BatchHandler {
  package func turn(_ pool: BatchPool, room: Int) {
    turn(milliseconds: 0)
    guard end == nil, !isMapEnded, let map = currentMap else { return pool.close() }
    if retirement.isDue(now: clock.now) { return retire() }
    handBackLate(map)
    if let limit = queue[map]?.limit { pool.limit(to: limit) }
    var room = room
    while room > 0, let (id, batch) = queue.start(of: map, where: { !pool.conflicts(with: $0) }) {
      pool.add(batch, id: id)
      room -= batch.tasks.count
    }
    // Another map's turn comes when this one's batches are done.
    if let next = queue.next, next != map { pool.close() }
  }

  package func finish(batch: Int, _ writer: AnswerWriter) {
    guard let entry = queue.finish(batch) else { return }
    usage.add(writer.taskCount, now: clock.now)
    if let call = entry.call { return finish(entry, call, writer.take()) }
    let reply = queue.reply(writer, to: entry)
    answers.append(SentAnswers.Answer(map: entry.map, request: entry.request, reply: reply))
    connection.send(reply, to: entry.request)
  }

  package func withdrew(_ tasks: [Int: [Int]]) {
    let named = queue.named(tasks)
    for request in withdrawals {
      connection.send(
        EngineReply(outcome: .ok([("withdrawn", named)])), to: request)
    }
    withdrawals = []
  }

  package var watch: Int32? { channels.descriptor }

  package var isCancelled: Bool { isMapEnded || end != nil }
}
