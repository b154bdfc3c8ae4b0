// Part of Apus, Apache-2.0. See LICENSE.
#if Cluster
  import ApusLaunchers
  import ApusProcess
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
      var cleaned = 0
      for folder in folders {
        let found = ClusterFile.all(in: folder)
        for file in found.clusters where !(file.isRunning && file.hasLauncher) {
          let left = ClusterTerminator(file).stop()
          guard left.isEmpty else {
            let numbers = left.map { String($0.pid) }.joined(separator: ", ")
            throw ToolError.failure("these processes could not be ended: \(numbers)")
          }
          cleaned += 1
          print("removed what was left of \(file.path)")
        }
        for path in found.unreadable + ClusterLeftovers(folder).paths {
          guard (try? FileManager.default.removeItem(atPath: path)) != nil else {
            throw ToolError.failure("cannot remove \(path)")
          }
          cleaned += 1
          print("removed \(path)")
        }
      }
      if cleaned == 0 { print("nothing to clean") }
    }
  }
#endif
