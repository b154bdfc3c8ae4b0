// Part of Apus, Apache-2.0. See LICENSE.
#if Cluster
  import ApusLaunchers
  import ApusProcess
  import ApusTransport
  import Foundation

  /// Starts a cluster in the background, in a session of its own, and reports how that went.
  enum ClusterDaemon {
    /// The environment variable that tells the background process where its output goes.
    static let logVariable = "APUS_CLUSTER_LOG"

    /// Prints the lines of a text that explain an error, and returns the error with the line that names it.
    static func fail(_ text: String) -> ToolError {
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      let reason = lines.last { !$0.hasPrefix(" ") && !$0.isEmpty } ?? lines.first ?? ""
      let others = lines.filter { $0 != reason }.joined(separator: "\n")
      if !others.isEmpty {
        try? FileHandle.standardError.write(contentsOf: Data((others + "\n").utf8))
      }
      return .failure(String(reason))
    }

    /// Starts this program again without --daemonize, waits until it is ready, and prints its last report.
    ///
    /// If this process is interrupted meanwhile, so is the start.
    static func start(words: [String], _ choice: ClusterChoice) throws {
      try choice.profileFiles.makeFolders()
      var environment = ProcessInfo.processInfo.environment
      environment[ReportPipe.variable] = "3"
      let pipe = try ReportPipe()
      let log = choice.directory + "/log/apus-cluster-\(LocalHost.processID).log"
      environment[logVariable] = log
      let own =
        [try ClusterStartCommand.ownPath()] + words.dropFirst().filter { $0 != "--daemonize" }
      StopSignals.block()
      let launcher: ChildProcess
      do {
        launcher = try ChildProcess.start(
          own, environment: environment, output: log, report: pipe.writer)
      } catch {
        pipe.discard()
        throw fail("\(error)")
      }
      try StopSignals.listen { signal in
        if !StopSignals.isChildExit(signal) { ChildProcess.send(.terminate, to: launcher.pid) }
      }
      var said = ""
      _ = pipe.readAll(within: .seconds(100_000_000)) { said += $0 }
      var lines = said.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      while lines.last?.isEmpty ?? false { lines.removeLast() }
      guard lines.last == "ready" else {
        let end = LogTail.text(of: log, title: "the log of the launcher")
        // The log says nothing that is not printed here, unless a cluster's file names it.
        let recorded = try? ClusterFile.read(choice.profileFiles.clusterPath)
        if recorded?.log != log { try? FileManager.default.removeItem(atPath: log) }
        throw fail(
          lines.isEmpty
            ? "the launcher ended without a message" + end : lines.joined(separator: "\n"))
      }
      print(lines.dropLast().last ?? "ready")
    }
  }

  extension Profile {
    /// The path of the cluster's file.
    var clusterPath: String {
      ClusterFile.path(profileDirectory: directory, clusterID: clusterID)
    }
  }
#endif
