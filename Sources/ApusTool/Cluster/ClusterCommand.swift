// Part of Apus, Apache-2.0. See LICENSE.
#if Cluster
  import ApusCluster
  import ArgumentParser
  import Foundation

  /// `apus cluster`: clusters of one machine.
  struct ClusterCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "cluster",
      abstract: "Start, stop and look at clusters of engines on this machine.",
      subcommands: [
        ClusterStartCommand.self, ClusterStopCommand.self, ClusterListCommand.self,
        ClusterStatusCommand.self, ClusterCleanCommand.self,
      ])
  }

  /// Which cluster is meant.
  struct ClusterChoice: ParsableArguments {
    @Option(help: "The profile.") var profile = "default"
    @Option(help: "The profile's folder. (default: $IPP_PROFILE_DIR or that of the profile)")
    var profileDir: String?
    @Option(help: "Which of several clusters in a profile.") var clusterId = ""

    var directory: String {
      let environment = ProcessInfo.processInfo.environment
      if let profileDir { return Self.absolute(profileDir) }
      if profile == "default", let folder = environment["IPP_PROFILE_DIR"] {
        return Self.absolute(folder)
      }
      return Self.ipythonDirectory + "/profile_" + profile
    }

    static var ipythonDirectory: String {
      let environment = ProcessInfo.processInfo.environment
      return absolute(environment["IPYTHONDIR"] ?? (environment["HOME"] ?? ".") + "/.ipython")
    }

    private static func absolute(_ path: String) -> String {
      path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    }

    /// The cluster's file, or an error that says where it was looked for.
    func file() throws -> ClusterFile {
      let path = ClusterFile.path(profileDirectory: directory, clusterID: clusterId)
      guard FileManager.default.fileExists(atPath: path) else {
        throw ToolError(message: "no cluster runs here: there is no \(path)", status: 11)
      }
      guard let file = ClusterFile.read(path) else {
        throw ToolError.failure("\(path) cannot be read")
      }
      return file
    }
  }

  struct ClusterStopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "stop",
      abstract: "Stop a cluster and everything that it has started, however much of it is left.")

    @OptionGroup var choice: ClusterChoice

    func run() throws {
      let file = try choice.file()
      let count = file.processes.count
      let left = ClusterEnd(file).perform()
      guard left.isEmpty else {
        let numbers = left.map { String($0.pid) }.joined(separator: ", ")
        throw ToolError.failure("these processes could not be ended: \(numbers)")
      }
      print("stopped \(count) processes")
    }
  }

  struct ClusterCleanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "clean",
      abstract: "Remove what is left of clusters whose launcher or controller is gone.",
      discussion: """
        Ends processes that such a cluster has left behind, found by number, start time and the cluster's
        token, and removes its files and logs. Clusters that run are left alone.
        """)

    @OptionGroup var choice: ClusterChoice
    @Flag(help: "In all profiles.") var all = false

    func run() throws {
      let folders =
        all ? ClusterListCommand.profiles : [choice.directory]
      var cleaned = 0
      for file in folders.flatMap(ClusterListCommand.files) {
        let hasLauncher = file.launcher?.isAlive ?? false
        if file.isRunning && hasLauncher { continue }
        let left = ClusterEnd(file).perform()
        guard left.isEmpty else {
          let numbers = left.map { String($0.pid) }.joined(separator: ", ")
          throw ToolError.failure("these processes could not be ended: \(numbers)")
        }
        cleaned += 1
        print("removed what was left of \(file.path)")
      }
      if cleaned == 0 { print("nothing to clean") }
    }
  }

  struct ClusterListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "List the clusters of all profiles.")

    @Flag(help: "Print JSON.") var json = false

    static var profiles: [String] {
      let folder = ClusterChoice.ipythonDirectory
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      var found = names.filter { $0.hasPrefix("profile_") }.sorted().map { folder + "/" + $0 }
      if let own = ProcessInfo.processInfo.environment["IPP_PROFILE_DIR"], !found.contains(own) {
        found.append(own)
      }
      return found
    }

    /// The clusters in a profile.
    static func files(_ profile: String) -> [ClusterFile] {
      let folder = profile + "/security"
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      return names.filter { $0.hasPrefix("apus-") && $0.hasSuffix(".json") }.sorted()
        .compactMap { ClusterFile.read(folder + "/" + $0) }
    }

    func run() throws {
      let rows = Self.profiles.flatMap(Self.files).map { file in
        ClusterRow(
          profile: URL(fileURLWithPath: file.profileDirectory).lastPathComponent,
          clusterID: file.clusterID, isRunning: file.isRunning,
          engines: file.engines.filter(\.process.isAlive).count,
          launcher: file.launcher.flatMap { $0.isAlive ? $0.pid : nil })
      }
      try ClusterReport(clusters: rows).print(asJSON: json)
    }
  }

  struct ClusterRow: Encodable {
    let profile: String
    let clusterID: String
    let isRunning: Bool
    let engines: Int
    let launcher: Int?
  }

  /// What `apus cluster list` prints.
  struct ClusterReport: Report {
    let clusters: [ClusterRow]

    var text: String {
      if clusters.isEmpty { return "no clusters" }
      return Text.table(
        [["profile", "cluster id", "running", "engines", "launcher"]]
          + clusters.map { row in
            [
              row.profile, row.clusterID.isEmpty ? "-" : row.clusterID,
              row.isRunning ? "yes" : "no",
              String(row.engines), row.launcher.map(String.init) ?? "gone",
            ]
          })
    }
  }
#endif
