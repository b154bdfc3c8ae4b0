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
