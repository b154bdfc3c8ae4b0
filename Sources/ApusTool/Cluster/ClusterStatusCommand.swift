// Part of Apus, Apache-2.0. See LICENSE.
#if Cluster
  import ApusCluster
  import ApusLaunchers
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
      let usage: [String: JSONValue]
      do {
        let connection = try ClientConnection(
          ConnectionFile(Array(data), side: .client))
        connection.timeout = .seconds(5)
        guard let heard = try connection.ask("apus_status_request") else {
          throw ToolError.failure("the controller of \(path) does not answer")
        }
        answer = heard.content
        usage = try EngineUsages(connection).ask(answer)
      } catch let error as WireError {
        throw ToolError.failure("\(path): \(error)")
      }
      guard answer["status"]?.string == "ok" else {
        throw ToolError.failure(
          "the controller of \(path) is not one of Apus; query it with ipyparallel")
      }
      try ClusterStatus(answer, usage: usage, jobs: jobs()).print(asJSON: json)
    }

    /// The cluster's jobs, and what their scheduler says of them.
    private func jobs() -> [ClusterStatus.Job] {
      let path = ClusterFile.path(profileDirectory: choice.directory, clusterID: choice.clusterId)
      guard let file = try? ClusterFile.read(path) else { return [] }
      let numbered = file.jobs.filter { !$0.id.number.isEmpty }
      let asked = Dictionary(grouping: numbered) { "\($0.system) \($0.id.cluster ?? "")" }
      let states = asked.values.reduce(into: [JobID: String]()) { states, jobs in
        guard let system = BatchSystem.named(jobs[0].system) else { return }
        let commands = JobCommands(
          system, environment: ProcessInfo.processInfo.environment,
          folder: file.profileDirectory + "/log")
        states.merge(commands.summaries(of: jobs.map(\.id), cluster: jobs[0].id.cluster)) { $1 }
      }
      return numbered.compactMap { job in
        states[job.id].map { ClusterStatus.Job(number: "\(job.id)", state: $0) }
      }
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
      /// Tasks in a second, over the last ten; those of a map of Swift count one by one.
      let rate: Double
      /// The most bytes that the engine and its workers have had in memory; nil for engines of Python.
      let peakMemory: Int?
    }

    /// A job of a scheduler in which engines run.
    struct Job: Encodable {
      let number: String
      let state: String
    }

    let controller: Int?
    let waitingTasks: Int
    let engines: [Engine]
    let jobs: [Job]

    /// - Parameter usage: what engines of Swift say of themselves, by their names.
    init(_ answer: JSONValue, usage: [String: JSONValue], jobs: [Job]) {
      self.jobs = jobs
      controller = answer["process"]?.integer
      waitingTasks = answer["unassigned"]?.integer ?? 0
      let found = (answer["engines"]?.object ?? [:]).compactMap { id, engine in
        Int(id).map { id in
          let own = usage[engine["uuid"]?.string ?? ""]
          return Engine(
            id: id, uuid: engine["uuid"]?.string ?? "", host: engine["host"]?.string,
            process: engine["process"]?.integer, queue: engine["queue"]?.integer ?? 0,
            tasks: engine["tasks"]?.integer ?? 0,
            completed: own?["tasks"]?.integer ?? engine["completed"]?.integer ?? 0,
            rate: own?["rate"]?.number ?? engine["rate"]?.number ?? 0,
            peakMemory: own?["memory"]?.integer)
        }
      }
      engines = found.sorted { $0.id < $1.id }
    }

    private var summary: String {
      "controller \(controller.map(String.init) ?? "?"), \(engines.count) engines, \(waitingTasks) tasks waiting"
    }

    var text: String {
      let lines = jobs.map { "job \($0.number): \($0.state)" }
      let head = ([summary] + lines).joined(separator: "\n")
      if engines.isEmpty { return head }
      let table = Text.table(
        [
          [
            "engine", "process", "host", "queue", "tasks", "completed", "tasks/s", "peak memory",
            "uuid",
          ]
        ]
          + engines.map { engine in
            [
              String(engine.id), engine.process.map(String.init) ?? "?", engine.host ?? "?",
              String(engine.queue), String(engine.tasks), String(engine.completed),
              String(format: "%.1f", engine.rate),
              engine.peakMemory.map { "\($0 / 1_000_000) MB" } ?? "-", engine.uuid,
            ]
          })
      return head + "\n" + table
    }
  }
#endif
