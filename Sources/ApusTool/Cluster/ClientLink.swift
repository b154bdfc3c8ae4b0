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
      let sockets = try ClientSockets(file)
      connection = try ClientConnection(file, channels: sockets)
      notifications = poller.add(try sockets.socket("notification"))
    }

    func report() throws -> ControllerReport {
      connection.timeout = .seconds(5)
      guard let answer = try connection.ask("apus_status_request") else {
        throw LaunchError(.controllerFailed, "the controller does not answer")
      }
      return ControllerReport(answer.content)
    }

    func report(process: Int, cause: String) {
      let content = JSONText(["process": .integer(process), "cause": .string(cause)])
      _ = try? connection.send("apus_exit_request", content, on: "registration")
    }

    func failWaitingTasks(reason: String) {
      connection.timeout = .seconds(60)
      _ = try? connection.ask("apus_give_up_request", JSONText(["reason": .string(reason)]))
    }

    func supply() { _ = try? connection.send("apus_supply_request", on: "registration") }

    func release(_ engines: [Int: Int]) throws -> [Int] {
      let numbers = Dictionary(
        uniqueKeysWithValues: engines.map { ("\($0.key)", JSONValue.integer($0.value)) })
      connection.timeout = .seconds(5)
      let answer = try connection.ask(
        "apus_release_request", JSONText(["engines": .object(numbers)]))
      return answer?.content["released"]?.array?.compactMap(\.integer) ?? []
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

  extension ControllerReport {
    /// Reads a controller's answer; engines that only an earlier controller knew may be gone and are left out.
    init(_ status: JSONValue) {
      self.init()
      for (number, engine) in status["engines"]?.object ?? [:] {
        guard let number = Int(number) else { continue }
        guard engine["returning"]?.bool != true else {
          returning += 1
          continue
        }
        let open = (engine["queue"]?.integer ?? 0) + (engine["tasks"]?.integer ?? 0)
        engines.append(
          Engine(
            number: number, process: engine["process"]?.integer, isBusy: open > 0,
            completed: engine["completed"]?.integer ?? 0))
      }
      waiting = status["unassigned"]?.integer ?? 0
      maps = (status["maps"]?.array ?? []).map { map in
        Work(
          waiting: map["waiting"]?.integer ?? 0,
          duration: map["nanoseconds"]?.integer.map { .nanoseconds($0) })
      }
      (wanted, least) = (status["wanted"]?.integer ?? 0, status["least"]?.integer)
    }
  }
#endif
