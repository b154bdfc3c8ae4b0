// Part of Apus, Apache-2.0. See LICENSE.
#if Cluster
  import ApusLaunchers
  import ApusProcess
  import ArgumentParser
  import Foundation

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

    func run() throws {
      let found = Self.profiles.map { ClusterFile.all(in: $0) }
      for path in found.flatMap(\.unreadable) {
        Terminal.warn("\(path) is not the file of a cluster; remove it with apus cluster clean")
      }
      let clusters = found.flatMap(\.clusters)
      for copy in clusters {
        if let original = copy.original {
          Terminal.warn("\(copy.path) is a copy of \(original); remove it with apus cluster clean")
        }
      }
      let rows = clusters.filter { $0.original == nil }.map { file in
        ClusterRow(
          profile: URL(fileURLWithPath: file.profileDirectory).lastPathComponent,
          clusterID: file.clusterID, isRunning: file.isRunning,
          engines: file.engines.filter { $0.process.isAlive || $0.job != nil }
            .reduce(0) { $0 + $1.engines },
          launcher: file.hasLauncher ? file.launcher?.pid : nil)
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

  /// The output of `apus cluster list`.
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
