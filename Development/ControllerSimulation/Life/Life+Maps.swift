// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWorkers

/// Maps of clients of Swift.
extension Life {
  /// Begins the next map of a client, if there are tasks.
  mutating func beginMap(client number: Int) throws {
    guard clients[number].map == nil, submitted < taskCount else { return }
    let count = min(1 + below(weather.map), taskCount - submitted)
    let numbers = submitted..<(submitted + count)
    submitted += count
    clients[number].incarnation += 1
    // Its connections are its own.
    clients[number].connections += 1
    clients[number].isConnected = true
    clients[number].unsent = []
    lastArrivals[.client(number)] = nil
    clients[number].open = Set(numbers)
    clients[number].mapBegan = clock.now
    ofMaps.formUnion(numbers)
    let incarnation = clients[number].incarnation
    clients[number].map = try MapProcess(
      numbers, retries: [0, 1, 3][below(3)], name: "map-\(number)-\(incarnation)", file, clock)
    trace("client \(number) maps \(numbers)")
    queue.add(.wakes(.client(number), incarnation: incarnation, at: clock.now), at: clock.now)
  }

  func isOfMap(_ number: Int) -> Bool { ofMaps.contains(number) }

  mutating func take(
    _ outcome: MapProcess.Outcome, of index: Int, _ map: MapProcess, _ client: Int
  ) throws {
    let number = map.numbers.lowerBound + index
    guard clients[client].open.remove(number) != nil else {
      throw Violation("\(TaskText.text(number)) of a map is answered twice")
    }
    switch outcome {
    case .result(let bytes):
      guard bytes == TaskText.bytes(number) else {
        throw Violation("\(TaskText.text(number)) of a map has a wrong result")
      }
      guard runs[number] != nil else {
        throw Violation("\(TaskText.text(number)) of a map has a result and never ran")
      }
    case .failure(let failure):
      // A client may have heard of an engine that was lost before.
      let start = clients[client].mapBegan
      let losses = losses.filter { start < $0 + .seconds(10) }.count
      guard case .engineLost = failure.cause, losses > map.retries else {
        throw Violation(
          "\(TaskText.text(number)) of a map has failed after \(losses) losses of engines and \(map.retries) retries: \(failure)"
        )
      }
    }
    ofMaps.remove(number)
    done(number)
  }

  /// A map is over.
  mutating func mapEnded(_ map: MapProcess, _ client: Int) throws {
    trace("the map of client \(client) ends")
    if let failure = map.failure { throw Violation("a map has ended: \(failure)") }
    guard clients[client].open.isEmpty else {
      throw Violation("a map has ended without its tasks \(clients[client].open.sorted())")
    }
    clients[client].map = nil
    try beginMap(client: client)
  }
}
