// Part of Apus, Apache-2.0. See LICENSE.
import ApusProcess
import ApusTransport

/// Starts the controller of a cluster: at first, and again when it has died and a journal tells the next one what it had.
struct ControllerStart {
  let plan: ClusterPlan
  let launcher: any Launcher
  let token: String
  /// The path of its log, to which each start appends.
  let output: String

  /// Starts a controller.
  ///
  /// - Parameter started: is called with its process before it is waited for.
  /// - Throws: ``LaunchError`` with the end of its log if it is not ready in time.
  func run(
    within timeout: Duration, started: (ClusterFile.Member) throws -> Void
  ) throws {
    let pipe = try ReportPipe()
    let launch = plan.controllerLaunch(token: token, output: output, report: pipe.writer)
    let process: ProcessIdentity
    do {
      process = try launcher.start(launch)
    } catch {
      pipe.discard()
      throw error
    }
    try started(ClusterFile.Member(process: process, output: output))
    var said = ""
    guard pipe.readAll(within: max(.milliseconds(1), timeout), { said += $0 }),
      said.contains("ready")
    else {
      throw LaunchError(
        .controllerFailed,
        "the controller did not start" + LogTail.text(of: output, title: "the end of its log"))
    }
  }
}
