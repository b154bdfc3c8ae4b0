// Part of Apus, Apache-2.0. See LICENSE.
#if Cluster
  import ApusCluster
  import ApusTransport
  import ApusWire

  /// Asks the Swift engines of a cluster for their tasks, rates and memory.
  struct EngineUsages {
    private static let limit = Duration.seconds(1)
    private let connection: ClientConnection

    init(_ connection: ClientConnection) { self.connection = connection }

    /// - Parameter status: the controller's answer, which names the engines.
    /// - Returns: answers by the engines' names; those that are silent for a second are left out.
    func ask(_ status: JSONValue) throws -> [String: JSONValue] {
      let engines = (status["engines"]?.object ?? [:]).values.compactMap { $0["uuid"]?.string }
      var asked: [MessageID: String] = [:]
      for engine in engines where EngineID(engine).isSwift {
        asked[try connection.send("apus_usage_request", to: [engine], on: "control")] = engine
      }
      let clock = MonotonicClock()
      let end = clock.now + Self.limit
      var found: [String: JSONValue] = [:]
      while !asked.isEmpty, clock.now < end {
        connection.timeout = max(.milliseconds(1), clock.now.duration(to: end))
        guard let answer = try connection.receive("control") else { break }
        guard let engine = answer.requestID.flatMap({ asked.removeValue(forKey: $0) }) else {
          continue
        }
        found[engine] = answer.contentValue
      }
      return found
    }
  }
#endif
