// Part of Apus, Apache-2.0. See LICENSE.
package import ApusProcess

/// Starts processes on this machine, as children of this one.
package struct LocalLauncher: Launcher {
  package init() {}

  package func start(_ plan: LaunchPlan) throws(ProcessError) -> ProcessIdentity {
    let child = try ChildProcess.start(
      plan.command, environment: plan.environment, output: plan.output, report: plan.report)
    // A process that has ended already has no start time any more.
    return ProcessIdentity(pid: child.pid) ?? ProcessIdentity(pid: child.pid, started: 0)
  }

  package func reapNext() -> (pid: Int, end: ChildProcess.ExitStatus)? { ChildProcess.reapNext() }
}
