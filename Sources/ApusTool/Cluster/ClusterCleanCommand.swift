// Part of Apus, Apache-2.0. See LICENSE.
#if Cluster
  import ApusLaunchers
  import ApusProcess
  import ApusTransport
  import ApusWire
  import ArgumentParser
  import Foundation

  struct ClusterCleanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "clean",
      abstract: "Remove what is left of clusters whose launcher or controller is gone.",
      discussion: """
        Ends the processes that such a cluster has left behind, which are found by process ID, \
        start time and the cluster's token, and removes its files, logs and locks, and those of \
        starts that failed. Running clusters are left alone, and so is the original of a copied \
        profile.
        """)

    @OptionGroup var choice: ClusterChoice
    @Flag(help: "Clean all profiles.") var all = false

    func run() throws {
      let folders = all ? ClusterListCommand.profiles : [choice.directory]
      var (removed, kept): ([String], [String]) = ([], [])
      for folder in folders {
        let found = ClusterFile.all(in: folder)
        for file in found.clusters {
          // A launcher holds the lock as long as it lives.
          guard let lock = try FileLock(path: file.path + ".lock") else { continue }
          // Not every file system knows locks of other hosts.
          if !file.isHere, isAnswering(file) {
            Terminal.warn(
              "left \(file.path): its controller on \(file.host ?? "another host") answers; stop it with apus cluster stop"
            )
            continue
          }
          let left = withExtendedLifetime(lock) { ClusterTerminator(file).stop() }
          if left.isEmpty {
            removed.append("what was left of \(file.path)")
          } else {
            kept.append("\(left)")
          }
        }
        for path in found.unreadable
        where (try? FileManager.default.removeItem(atPath: path)) != nil {
          removed.append(path)
        }
        removed += ClusterLeftovers(folder).remove()
      }
      for item in removed { print("removed \(item)") }
      guard kept.isEmpty else {
        throw ToolError.failure(
          "these could not be ended: \(kept.joined(separator: ", "))")
      }
      if removed.isEmpty { print("nothing to clean") }
    }

    /// Whether the controller of a cluster, whose processes cannot be seen here, answers.
    private func isAnswering(_ file: ClusterFile) -> Bool {
      let profile = Profile(directory: file.profileDirectory, clusterID: file.clusterID)
      guard let connection = try? profile.readConnectionFile(.client),
        connection.ports["registration"] == file.registrationPort
      else { return false }
      return (try? ClientLink(connection).report()) != nil
    }
  }
#endif
