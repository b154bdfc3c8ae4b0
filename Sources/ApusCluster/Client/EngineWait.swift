// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire

/// Asks a controller for its engines, and waits for more of them.
final class EngineWait {
  private let settings: ClusterSettings
  private let connection: ClientConnection
  private let clock = MonotonicClock()

  init(_ settings: ClusterSettings) throws {
    self.settings = settings
    connection = try ClientConnection(settings.file)
  }

  /// The engines by their numbers.
  ///
  /// - Parameter wanted: how many are waited for, where they are started on demand.
  /// - Throws: ``ClusterError`` if the controller does not answer in time.
  func engines(timeout: Duration, wanted: Int = 0) throws -> [Int: EngineID] {
    connection.timeout = timeout
    let demand: JSONValue = ["apus_demand": ["engines": .integer(wanted)]]
    guard
      let answer = try connection.ask(
        "connection_request", wanted > 0 ? JSONText(demand) : .emptyObject)
    else {
      throw ClusterError(
        .unreachable,
        "The controller at \(settings.file.interface) does not answer. It may have ended without removing its connection file."
      )
    }
    var engines: [Int: EngineID] = [:]
    for (number, uuid) in answer.content["engines"]?.object ?? [:] {
      if let number = Int(number), let uuid = uuid.string { engines[number] = EngineID(uuid) }
    }
    return engines
  }

  /// Waits until so many engines have joined.
  ///
  /// - Parameter check: called again and again; throws if waiting makes no sense any more.
  /// - Throws: ``ClusterError`` if they do not in time.
  func wait(_ count: Int, timeout: Duration, check: () throws -> Void = {}) throws {
    let end = clock.now + timeout
    try connection.channels.watch(["notification"])
    while true {
      let joined = try engines(
        timeout: max(.seconds(10), clock.now.duration(to: end)), wanted: count
      ).count
      if joined >= count { return }
      try check()
      guard clock.now < end else {
        throw ClusterError(
          .missingEngines, "\(joined) of \(count) engines have joined within \(timeout).")
      }
      connection.timeout = .milliseconds(100)
      // A notification may have been sent before this subscription: the engines are asked for again.
      _ = try connection.receive("notification")
    }
  }
}
