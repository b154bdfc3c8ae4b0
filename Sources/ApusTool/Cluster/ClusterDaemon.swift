// Part of Apus, Apache-2.0. See LICENSE.
#if Cluster
  import ApusCluster
  import Foundation

  /// A start that goes on in the background, in a session of its own, and tells how it went.
  enum ClusterDaemon {
    /// The variable by which the background process learns where its output goes.
    static let logVariable = "APUS_CLUSTER_LOG"

    /// An error of one line, after the lines that explain it.
    static func fail(_ text: String) -> ToolError {
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      let reason = lines.last { !$0.hasPrefix(" ") && !$0.isEmpty } ?? lines.first ?? ""
      let others = lines.filter { $0 != reason }.joined(separator: "\n")
      if !others.isEmpty {
        try? FileHandle.standardError.write(contentsOf: Data((others + "\n").utf8))
      }
      return .failure(String(reason))
    }

    /// Starts this program again without --daemonize and repeats what it says until it is ready.
    static func start(words: [String], _ choice: ClusterChoice) throws {
      var configuration = ControllerConfiguration()
      configuration.profileDirectory = choice.directory
      try ConnectionFiles(configuration).makeFolders()
      var environment = ProcessInfo.processInfo.environment
      environment[ReportPipe.variable] = "3"
      let pipe = try ReportPipe()
      let log = choice.directory + "/log/apus-cluster-\(HostName.process).log"
      environment[logVariable] = log
      let own =
        [try ClusterStartCommand.ownPath()] + words.dropFirst().filter { $0 != "--daemonize" }
      _ = try ChildProcess.start(own, environment: environment, output: log, report: pipe.writer)
      var said = ""
      _ = pipe.readAll(within: .max) { said += $0 }
      var lines = said.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      while lines.last?.isEmpty ?? false { lines.removeLast() }
      guard lines.last == "ready" else {
        if lines.isEmpty {
          let log = LogEnd.text(of: log, title: "the log of the launcher")
          throw fail("the launcher ended without a word" + log)
        }
        throw fail(lines.joined(separator: "\n"))
      }
      print(lines.dropLast().last ?? "ready")
    }
  }
#endif
