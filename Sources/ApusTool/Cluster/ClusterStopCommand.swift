// Part of Apus, Apache-2.0. See LICENSE.
#if Cluster
  import ApusLaunchers
  import ApusProcess
  import ArgumentParser

  struct ClusterStopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "stop",
      abstract: "Stop a cluster and everything that it has started, or whatever is left of it.")

    @OptionGroup var choice: ClusterChoice

    func run() throws {
      let file = try choice.file()
      let count = file.processes.count
      let left = ClusterTerminator(file).stop()
      guard left.isEmpty else {
        let numbers = left.map { String($0.pid) }.joined(separator: ", ")
        throw ToolError.failure("these processes could not be ended: \(numbers)")
      }
      print("stopped \(count) processes")
    }
  }
#endif
