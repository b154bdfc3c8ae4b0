// Part of Apus, Apache-2.0. See LICENSE.
package import ApusProcess

/// Starts processes on this machine, as children of this one.
package final class LocalLauncher: Launcher {
  private var inputs: [Int: InputPipe] = [:]

  package init() {}

  package func start(_ plan: LaunchPlan) throws(ProcessError) -> ProcessIdentity {
    let pipe = try plan.input.map { _ throws(ProcessError) in try InputPipe() }
    let child = try ChildProcess.start(
      plan.command, environment: plan.environment, output: plan.output, input: pipe?.readingEnd,
      report: plan.report)
    if let pipe, let input = plan.input {
      pipe.closeReader()
      _ = pipe.write(input)
      inputs[child.pid] = pipe
    }
    // A process that has ended already has no start time any more.
    return ProcessIdentity(pid: child.pid) ?? ProcessIdentity(pid: child.pid, started: 0)
  }

  package func reapNext() -> (pid: Int, end: ChildProcess.ExitStatus)? {
    guard let ended = ChildProcess.reapNext() else { return nil }
    inputs[ended.pid] = nil
    return ended
  }

  package func closeInputs() { inputs = [:] }
}
