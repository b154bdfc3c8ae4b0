// Part of Apus, Apache-2.0. See LICENSE.
#if Cluster
  import ApusJobServer
  import ApusProcess
  import ApusTransport
  import Foundation

  /// Runs a server for the jobs of Parallel Python until it is told to stop.
  struct JobServerRun {
    private let choice: JobServerChoice

    init(_ choice: JobServerChoice) { self.choice = choice }

    func run() throws {
      StopSignals.block()
      OpenFileLimit.raise()
      let server: JobServer
      do {
        server = try JobServer(choice.settings) { say($0) }
      } catch let error as TransportError {
        throw ToolError.failure("\(error)")
      }
      try writePID()
      defer { removePID() }
      let (stop, table) = (StopStorage(), TableRequests())
      let wake = server.waker
      try StopSignals.listen { signal in
        if StopSignals.isChildExit(signal) { return }
        if StopSignals.isWarning(signal) { table.ask() } else { stop.stop() }
        wake()
      }
      let end = server.run {
        if table.take() { try? Terminal.say(server.table) }
        return stop.isStopped
      }
      if case .withoutWorkers(let reason) = end { throw ToolError.failure(reason) }
    }

    private func say(_ event: JobServer.Event) {
      switch event {
      case .listening(let address, let port):
        guard !choice.isQuiet else { return }
        let workers = choice.settings.workers
        try? Terminal.say(
          "ppserver of Apus listens at \(address):\(port) for \(choice.package.name) \(choice.settings.terms.version), with \(workers) worker\(workers == 1 ? "" : "s") (\(choice.package.python))"
        )
      case .workerDied(let number, let reason): log("WARNING", "worker \(number): \(reason)")
      case .workerMissing(let number, let reason): log("ERROR", "worker \(number): \(reason)")
      case .opened(let address): debug("a connection from \(address)")
      case .closed(let address, let reason):
        debug("the connection from \(address) ends" + (reason.map { ": \($0)" } ?? ""))
      }
    }

    private func debug(_ text: String) {
      if choice.isDebugging { log("DEBUG", text) }
    }

    private func log(_ level: String, _ text: String) {
      let form = choice.format ?? "%(asctime)s %(levelname)s %(message)s"
      let line = form.replacing("%(asctime)s", with: LogLine.time)
        .replacing("%(levelname)s", with: level).replacing("%(name)s", with: "pp")
        .replacing("%(message)s", with: text)
      try? FileHandle.standardError.write(contentsOf: Data((line + "\n").utf8))
    }

    private func writePID() throws {
      guard let path = choice.pidFile else { return }
      guard
        FileManager.default.createFile(
          atPath: path, contents: Data("\(LocalHost.processID)\n".utf8))
      else { throw ToolError.failure("the file \(path) cannot be written") }
    }

    private func removePID() {
      if let path = choice.pidFile { try? FileManager.default.removeItem(atPath: path) }
    }
  }
#endif
