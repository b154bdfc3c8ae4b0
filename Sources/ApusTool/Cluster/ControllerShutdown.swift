// Part of Apus, Apache-2.0. See LICENSE.
#if Cluster
  import ApusCluster
  import ApusTransport
  import ApusWire

  /// Ends a controller, whoever started it, and its engines by messages, as a client of IPython Parallel does.
  struct ControllerShutdown {
    /// How long engines have to leave before the controller is told.
    private static let engineTime = Duration.seconds(5)
    /// How long the controller has to answer.
    private static let controllerTime = Duration.seconds(5)

    private let connection: ClientConnection
    private let interface: String

    init(_ file: ConnectionFile) throws {
      connection = try ClientConnection(file)
      connection.timeout = Self.controllerTime
      interface = file.interface
    }

    /// Tells engines and controller to end, and waits for them.
    ///
    /// - Returns: the number of engines that were told, and of those that had not left in time.
    func run() throws -> (engines: Int, left: Int) {
      let engines = try engines()
      for engine in engines {
        try connection.send(
          "shutdown_request", JSONText(["restart": .bool(false)]), to: [engine], on: "control")
      }
      let clock = MonotonicClock()
      let deadline = clock.now + Self.engineTime
      var left = engines.count
      while clock.now < deadline && left > 0 {
        _ = Poller().wait(milliseconds: 20)
        left = try self.engines().count
      }
      guard try connection.ask("shutdown_request") != nil else { throw silence }
      return (engines.count, left)
    }

    private var silence: ToolError {
      .failure(
        "the controller at \(interface) does not answer; it may have ended already: remove what is left with apus cluster clean"
      )
    }

    /// The names of the engines.
    private func engines() throws -> [String] {
      guard let answer = try connection.ask("connection_request") else { throw silence }
      return (answer.content["engines"]?.object ?? [:]).values.compactMap(\.string)
    }
  }
#endif
