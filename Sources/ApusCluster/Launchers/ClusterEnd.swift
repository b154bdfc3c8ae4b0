// Part of Apus, Apache-2.0. See LICENSE.
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

/// Ends a cluster, however much of it is left.
package struct ClusterEnd {
  private let file: ClusterFile
  /// Nanoseconds that processes have to end by themselves.
  private let patience: Int

  package init(_ file: ClusterFile, patience: Duration = .seconds(5)) {
    self.file = file
    self.patience = patience.nanoseconds
  }

  /// Asks all processes to end and ends those that do not, then removes the files that tell of the cluster.
  ///
  /// - Parameters:
  ///   - excludingLauncher: when the launcher itself does it.
  ///   - removesLogs: whether nobody needs the logs any more.
  /// - Returns: processes that could not be ended.
  package func perform(
    excludingLauncher: Bool = false, removesLogs: Bool = true
  ) -> [ProcessIdentity] {
    if !excludingLauncher, let launcher = file.launcher, launcher.isAlive {
      // It ends the others in order and removes the files.
      ChildProcess.send(.terminate, to: launcher.pid)
      wait(2 * patience) { !launcher.isAlive }
    }
    let skipped = excludingLauncher ? file.launcher : nil
    func left() -> [ProcessIdentity] { file.processes.filter { $0 != skipped } }
    var rest = left()
    for process in rest { ChildProcess.send(.terminate, to: process.pid) }
    if !rest.isEmpty { wait(patience) { left().isEmpty } }
    rest = left()
    for process in rest { ChildProcess.send(.kill, to: process.pid) }
    if !rest.isEmpty { wait(patience) { left().isEmpty } }
    file.remove()
    rest = left()
    if removesLogs && rest.isEmpty {
      for log in file.logs { try? FileManager.default.removeItem(atPath: log) }
    }
    return rest
  }

  /// Waits until something is so; processes that are not children of this one tell nobody of their end.
  private func wait(_ nanoseconds: Int, _ isSo: () -> Bool) {
    let deadline = ControllerClock.nanoseconds + nanoseconds
    while !isSo() && ControllerClock.nanoseconds < deadline {
      while ChildProcess.nextEnded() != nil {}
      poll(nil, 0, 20)
    }
  }
}
