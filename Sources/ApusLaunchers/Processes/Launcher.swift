// Part of Apus, Apache-2.0. See LICENSE.
package import ApusProcess

/// A way to start processes of a cluster, and to learn of their ends.
package protocol Launcher {
  /// Starts a process.
  ///
  /// - Throws: ``ProcessError`` if it cannot be started.
  func start(_ plan: LaunchPlan) throws(ProcessError) -> ProcessIdentity

  /// The next process started here that has ended, and how; nil if there is none.
  func reapNext() -> (pid: Int, end: ChildProcess.ExitStatus)?

  /// Ends the standard inputs of all processes started here.
  func closeInputs()
}
