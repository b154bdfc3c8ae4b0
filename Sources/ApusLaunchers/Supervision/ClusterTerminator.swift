// Part of Apus, Apache-2.0. See LICENSE.
package import ApusProcess

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What could not be ended of a cluster.
package struct ClusterRemains: Sendable, Hashable, CustomStringConvertible {
  package var processes: [ProcessIdentity] = []
  /// Jobs, with what their scheduler says.
  package var jobs: [String] = []

  package var isEmpty: Bool { processes.isEmpty && jobs.isEmpty }

  package var description: String {
    (processes.map { "process \($0.pid)" } + jobs).joined(separator: ", ")
  }
}

/// Stops a cluster, or whatever is left of it.
package struct ClusterTerminator {
  private let file: ClusterFile
  /// How long processes have to end by themselves.
  private let gracePeriod: Duration

  package init(_ file: ClusterFile, gracePeriod: Duration = .seconds(5)) {
    self.file = file
    self.gracePeriod = gracePeriod
  }

  /// Asks all processes to end, kills those that do not, and removes the files that describe the cluster.
  ///
  /// - Parameters:
  ///   - excludingLauncher: whether the launcher itself is calling.
  ///   - removesLogs: whether to remove the logs too, if all processes have ended; otherwise the cluster's file stays
  ///     as their record.
  ///   - removesJournal: whether what the controller had is not wanted any more; by default as for the logs.
  /// - Returns: processes and jobs that could not be ended.
  package func stop(
    excludingLauncher: Bool = false, removesLogs: Bool = true, removesJournal: Bool? = nil
  ) -> ClusterRemains {
    if !excludingLauncher, file.hasLauncher, let launcher = file.launcher {
      // It ends the others in order and removes the files.
      ChildProcess.send(.terminate, to: launcher.pid)
      wait(gracePeriod * 2) { !launcher.isAlive }
    }
    let skipped = excludingLauncher ? file.launcher : nil
    func left() -> [ProcessIdentity] { file.processes.filter { $0 != skipped } }
    let hasJobs = isRecorded
    var remains = ClusterRemains(jobs: hasJobs ? cancel(file.jobs) : [])
    var rest = left()
    for process in rest { ChildProcess.send(.terminate, to: process.pid) }
    if !rest.isEmpty { wait(gracePeriod) { left().isEmpty } }
    rest = left()
    for process in rest { ChildProcess.send(.kill, to: process.pid) }
    if !rest.isEmpty { wait(gracePeriod) { left().isEmpty } }
    remains.processes = left()
    // A command that was submitting a job may have gone on until now.
    if hasJobs && remains.jobs.isEmpty {
      remains.jobs = cancel(file.jobs.filter { $0.id.number.isEmpty })
    }
    let isComplete = removesLogs && remains.isEmpty
    if isComplete { file.removeLogs() }
    file.remove(keepingRecord: !isComplete, keepingJournal: !(removesJournal ?? removesLogs))
    return remains
  }

  /// Whether the cluster's file is still there, which its launcher removes when it has ended everything.
  private var isRecorded: Bool { (try? ClusterFile.read(file.path))?.token == file.token }

  private func cancel(_ jobs: [ClusterFile.Job]) -> [String] {
    JobCancellation(folder: file.profileDirectory + "/log").cancel(jobs)
  }

  /// Polls until a condition holds, because the end of a process that is not a child is not signalled.
  private func wait(_ timeout: Duration, _ isSo: () -> Bool) {
    let clock = ContinuousClock()
    let deadline = clock.now + timeout
    while !isSo() && clock.now < deadline {
      while ChildProcess.reapNext() != nil {}
      poll(nil, 0, 20)
    }
  }
}
