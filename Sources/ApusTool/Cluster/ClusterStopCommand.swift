// Part of Apus, Apache-2.0. See LICENSE.
#if Cluster
  import ApusLaunchers
  import ApusProcess
  import ApusTransport
  import ApusWire
  import ArgumentParser
  import Foundation

  struct ClusterStopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "stop",
      abstract: "Stop a cluster and everything that it has started, or whatever is left of it.",
      discussion: """
        Processes of this host are found by process ID, start time and the cluster's token, jobs by their \
        numbers; all were written down when they were started. A cluster that was started by hand, or \
        whose controller is on another host, is told to stop through its connection files: first its \
        engines, then its controller.
        """)

    @OptionGroup var choice: ClusterChoice

    func run() throws {
      let path = ClusterFile.path(profileDirectory: choice.directory, clusterID: choice.clusterId)
      let file = FileManager.default.fileExists(atPath: path) ? try choice.file() : nil
      if file?.isHere ?? false, let file {
        try stop(file)
        // Another controller may have been started by hand since.
        guard let other = try? choice.profileFiles.readConnectionFile(.client),
          other.ports["registration"] != file.registrationPort
        else { return }
      }
      guard FileManager.default.fileExists(atPath: choice.profileFiles.path(.client)) else {
        if let file { return try stop(file) }
        throw ToolError(
          message:
            "no cluster is running here: there is no \(path), and no \(choice.profileFiles.path(.client))",
          status: 11)
      }
      let connection = try choice.profileFiles.readConnectionFile(.client)
      let (engines, left): (Int, Int)
      do {
        (engines, left) = try ControllerShutdown(connection).run()
      } catch {
        // The controller may be gone with its host; jobs are known by their numbers.
        if let file, !file.isHere, !file.jobs.isEmpty { return try stop(file) }
        throw error
      }
      waitForRemoval(of: connection)
      print("stopped the controller and \(engines - left) engines")
      // Jobs and files that a launcher elsewhere has left.
      if let file, !file.isHere { try stop(file) }
      guard left == 0 else {
        throw ToolError.failure(
          "\(left) engines have not left yet; they end with their tasks, or when they miss the controller"
        )
      }
    }

    /// Waits until the controller has removed its files, so that nobody takes them for those of the next; one that keeps its
    /// files keeps nobody waiting for long.
    private func waitForRemoval(of connection: ConnectionFile) {
      let clock = MonotonicClock()
      let deadline = clock.now + .seconds(1)
      while clock.now < deadline, let known = try? choice.profileFiles.readConnectionFile(.client),
        known.ports["registration"] == connection.ports["registration"]
      {
        _ = Poller().wait(milliseconds: 10)
      }
    }

    private func stop(_ file: ClusterFile) throws {
      let count = file.processes.count
      let jobs = file.jobs.count
      let left = ClusterTerminator(file).stop()
      guard left.isEmpty else { throw ToolError.failure("these could not be ended: \(left)") }
      let also = jobs == 0 ? "" : jobs == 1 ? " and a job" : " and \(jobs) jobs"
      print("stopped \(count) processes\(also)")
    }
  }
#endif
