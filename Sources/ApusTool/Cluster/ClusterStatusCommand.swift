// Part of Apus, Apache-2.0. See LICENSE.
#if Cluster
  import ApusCluster
  import ApusTransport
  import ApusWire
  import ArgumentParser
  import Foundation

  struct ClusterStatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "status", abstract: "Show the engines of a cluster and what they are doing.")

    @OptionGroup var choice: ClusterChoice
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
      let name = ConnectionFile.name(.client, clusterID: choice.clusterId)
      let path = "\(choice.directory)/security/\(name)"
      guard let data = FileManager.default.contents(atPath: path) else {
        throw ToolError(message: "no controller is running here: there is no \(path)", status: 11)
      }
      let answer: JSONValue
      do {
        let connection = try ClientConnection(
          ConnectionFile(Array(data), side: .client), in: TransportContext())
        connection.timeout = .seconds(5)
        guard let heard = try connection.ask("apus_status_request") else {
          throw ToolError.failure("the controller of \(path) does not answer")
        }
        answer = heard.content
      } catch let error as WireError {
        throw ToolError.failure("\(path): \(error)")
      }
      guard answer["status"]?.string == "ok" else {
        throw ToolError.failure(
          "the controller of \(path) is not one of Apus; query it with ipyparallel")
      }
      try ClusterStatus(answer).print(asJSON: json)
    }
  }

  /// The output of `apus cluster status`.
  struct ClusterStatus: Report {
    struct Engine: Encodable {
      let id: Int
      let uuid: String
      let host: String?
      let process: Int?
      let queue: Int
      let tasks: Int
      let completed: Int
    }

    let controller: Int?
    let waitingTasks: Int
    let engines: [Engine]

    init(_ answer: JSONValue) {
      controller = answer["process"]?.integer
      waitingTasks = answer["unassigned"]?.integer ?? 0
      let found = (answer["engines"]?.object ?? [:]).compactMap { id, engine in
        Int(id).map { id in
          Engine(
            id: id, uuid: engine["uuid"]?.string ?? "", host: engine["host"]?.string,
            process: engine["process"]?.integer, queue: engine["queue"]?.integer ?? 0,
            tasks: engine["tasks"]?.integer ?? 0, completed: engine["completed"]?.integer ?? 0)
        }
      }
      engines = found.sorted { $0.id < $1.id }
    }

    var text: String {
      let head =
        "controller \(controller.map(String.init) ?? "?"), \(engines.count) engines, \(waitingTasks) tasks waiting"
      if engines.isEmpty { return head }
      let table = Text.table(
        [["engine", "process", "host", "queue", "tasks", "completed", "uuid"]]
          + engines.map { engine in
            [
              String(engine.id), engine.process.map(String.init) ?? "?", engine.host ?? "?",
              String(engine.queue), String(engine.tasks), String(engine.completed), engine.uuid,
            ]
          })
      return head + "\n" + table
    }
  }
#endif
