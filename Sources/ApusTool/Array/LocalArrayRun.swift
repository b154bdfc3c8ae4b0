// Part of Apus, Apache-2.0. See LICENSE.
#if Cluster
  import ApusLaunchers
  import ApusParallel
  import ApusProcess
  import ApusTransport
  import Foundation

  /// Runs the chunks of a job array on this machine, as many at a time as it has cores for.
  final class LocalArrayRun {
    private let job: ArrayJob
    private let folder: String
    private let launcher = LocalLauncher()
    private var running: Set<Int> = []
    private var failed = 0
    private var begun = 0

    /// How long chunks have to end by themselves when the run is interrupted.
    private static let grace = Duration.seconds(5)

    init(_ job: ArrayJob, folder: String) { (self.job, self.folder) = (job, folder) }

    /// Runs all chunks; at SIGINT and SIGTERM those that run are ended, and no other begins.
    ///
    /// A terminal that is closed ends nothing.
    ///
    /// - Throws: ``ToolError`` if chunks have failed, or were ended.
    func run() throws -> String {
      StopSignals.block()
      let stop = StopStorage()
      try StopSignals.listen { if $0 == SIGINT || $0 == SIGTERM { stop.stop() } }
      let cores = max(1, ThreadBudget.current.count / (job.resources.cores ?? 1))
      while !stop.isStopped, begun < job.chunks || !running.isEmpty {
        while begun < job.chunks, running.count < cores { try startOrEnd() }
        pause()
      }
      if stop.isStopped, begun < job.chunks || !running.isEmpty {
        let ended = begun - running.count
        end()
        throw ToolError.failure(
          "Interrupted after \(ended) of \(job.chunks) chunks. "
            + "apus array collect takes what there is, and with --resubmit computes the rest.")
      }
      guard failed == 0 else {
        throw ToolError.failure(
          "\(failed) of \(job.chunks) chunks failed; what they said is in \(folder)/log. "
            + "apus array collect takes what there is, and with --resubmit computes the rest.")
      }
      return "\(job.chunks) chunks have run; collect their results with apus array collect"
    }

    /// Starts the next chunk; if it cannot be started, those that run are ended.
    private func startOrEnd() throws {
      do { try start() } catch {
        end()
        throw error
      }
    }

    private func start() throws {
      begun += 1
      let started = try launcher.start(
        LaunchPlan(
          role: .engine, command: ["/bin/sh", "-c", job.command("\(begun - 1)")],
          environment: ProcessInfo.processInfo.environment,
          output: "\(folder)/log/\(job.submission)-\(begun).log"))
      running.insert(started.pid)
    }

    /// Waits a moment, and notes which chunks have ended.
    private func pause() {
      _ = Poller().wait(milliseconds: 5)
      while let (pid, end) = launcher.reapNext() {
        running.remove(pid)
        if end != .exited(0) { failed += 1 }
      }
    }

    /// Ends the chunks that run.
    private func end() {
      let clock = MonotonicClock()
      // A chunk may be a script that has started others.
      let groups = running
      for pid in groups { ChildProcess.terminateGroup(of: pid) }
      let deadline = clock.now + Self.grace
      while !running.isEmpty, clock.now < deadline { pause() }
      for pid in groups { ChildProcess.killGroup(of: pid) }
      while !running.isEmpty { pause() }
    }
  }
#endif
