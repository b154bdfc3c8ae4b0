// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire

/// The connections of engines by their descriptors, so that the end of a connection identifies its engine.
///
/// A pure value. The system reuses descriptors: the end of a connection must be noted before a new one of the same
/// descriptor.
struct EngineConnections: Sendable {
  private var heartbeats: [Int32: EngineID] = [:]
  private var outputs: [Int32: EngineID] = [:]
  /// The number of the last ping before a connection ended: what comes through it afterwards was sent before.
  private var ends: [Int32: Int] = [:]

  /// Whether a heartbeat connection is known as this engine's.
  func isHeartbeat(_ descriptor: Int32, of id: EngineID) -> Bool { heartbeats[descriptor] == id }

  /// Whether a connection for outputs is known.
  func isOutput(_ descriptor: Int32) -> Bool { outputs[descriptor] != nil }

  func hasHeartbeat(_ id: EngineID) -> Bool { heartbeats.values.contains(id) }
  func hasOutput(_ id: EngineID) -> Bool { outputs.values.contains(id) }

  /// Notes the connection through which an engine has answered a ping.
  ///
  /// - Returns: false if it has ended since.
  mutating func noteHeartbeat(_ descriptor: Int32, of id: EngineID, ping: Int) -> Bool {
    if let end = ends[descriptor], ping <= end { return false }
    ends[descriptor] = nil
    heartbeats[descriptor] = id
    return true
  }

  mutating func noteOutput(_ descriptor: Int32, of id: EngineID) { outputs[descriptor] = id }

  /// Notes the end of a heartbeat connection and returns its engine.
  ///
  /// - Parameter ping: the number of the last ping so far.
  mutating func heartbeatEnded(_ descriptor: Int32, ping: Int) -> EngineID? {
    ends[descriptor] = ping
    return heartbeats.removeValue(forKey: descriptor)
  }

  /// Notes the end of a connection for outputs and returns its engine.
  mutating func outputEnded(_ descriptor: Int32) -> EngineID? {
    outputs.removeValue(forKey: descriptor)
  }

  /// Drops the connections of an engine that has left.
  mutating func remove(_ id: EngineID) {
    heartbeats = heartbeats.filter { $0.value != id }
    outputs = outputs.filter { $0.value != id }
  }
}
