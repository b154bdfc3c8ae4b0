// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire

/// Finds out, again and again, whether a node can be reached, and how many workers it has.
struct NodeWatch: Sendable {
  /// The time between questions.
  private static let period = Duration.seconds(2)
  /// How long an answer may take.
  private static let timeout = Duration.seconds(4)

  let address: NodeAddress
  let keys: NodeKeys
  /// The node can be reached, and has so many workers.
  let found: @Sendable (_ workers: Int) -> Void
  /// The node cannot be reached.
  let lost: @Sendable (_ reason: String) -> Void

  /// Asks until its task is cancelled.
  func run() async {
    while !Task.isCancelled {
      do {
        try await watch(Cluster(ClusterSettings(address.connectionFile(keys))))
      } catch {
        lost("\(address): \(error)")
      }
      try? await Task.sleep(for: .seconds(1))
    }
  }

  /// Asks a node until it does not answer.
  private func watch(_ cluster: Cluster) async throws {
    guard
      let engine = try await cluster.engines(timeout: Self.timeout).first(where: {
        $0.value.isSwift
      })
    else { throw ClusterError(.missingEngines, "it has no workers yet") }
    while true {
      found(try await workers(of: engine.value, cluster))
      try await Task.sleep(for: Self.period)
    }
  }
}

extension NodeWatch {
  /// One answer may be missed: this process may have been stopped for a while, or the node.
  private func workers(of engine: EngineID, _ cluster: Cluster) async throws -> Int {
    do {
      return try await cluster.workerCount(of: engine, timeout: Self.timeout)
    } catch is ClusterError {
      return try await cluster.workerCount(of: engine, timeout: Self.timeout)
    }
  }
}

extension Cluster {
  /// How many tasks a Swift engine may run at a time.
  func workerCount(of engine: EngineID, timeout: Duration) async throws -> Int {
    let loop = try requests.loop(settings)
    let request = ViewRequest(
      id: loop.nextID(), type: MessageType("kernel_info_request"), engine: engine,
      channel: "control", timeout: timeout)
    let reply = try await loop.send(request)
    guard let workers = reply.contentValue["apus_workers"]?.integer, workers > 0 else {
      throw ClusterError(.missingEngines, "its engine does not say how many workers it has")
    }
    return workers
  }
}
