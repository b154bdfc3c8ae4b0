// Part of Apus, Apache-2.0. See LICENSE.
#if Cluster
  import ApusCluster
  import ApusLaunchers
  import ApusTransport
  import ApusWire

  /// A supervisor's connection to the controller that it started: that of a client.
  final class ClientLink: ControllerLink {
    private let connection: ClientConnection
    private let poller = Poller()
    private let notifications: Int
    private var descriptor: Int32?

    init(_ file: ConnectionFile) throws {
      connection = try ClientConnection(file, in: TransportContext())
      notifications = poller.add(try connection.socket("notification"))
    }

    func joinedEngines() throws -> (count: Int, processes: [Int]) {
      connection.timeout = .seconds(5)
      guard let answer = try connection.ask("apus_status_request") else {
        throw LaunchError(.controllerFailed, "the controller does not answer")
      }
      // Those that an earlier controller knew may be gone.
      let engines = (answer.content["engines"]?.object ?? [:]).filter {
        $0.value["returning"]?.bool != true
      }
      return (engines.count, engines.values.compactMap { $0["process"]?.integer })
    }

    func report(process: Int, cause: String) {
      let content = JSONText(["process": .integer(process), "cause": .string(cause)])
      _ = try? connection.send("apus_exit_request", content, on: "registration")
    }

    func failWaitingTasks(reason: String) {
      connection.timeout = .seconds(60)
      _ = try? connection.ask("apus_give_up_request", JSONText(["reason": .string(reason)]))
    }

    func wait(descriptor: Int32, timeout: Duration) {
      if self.descriptor == nil {
        _ = poller.add(descriptor: descriptor)
        self.descriptor = descriptor
      }
      _ = poller.wait(milliseconds: timeout.milliseconds)
      guard poller.isReady(notifications) else { return }
      connection.timeout = .zero
      while (try? connection.receive("notification")) != nil {}
    }
  }
#endif
