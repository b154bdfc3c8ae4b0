// Part of Apus, Apache-2.0. See LICENSE.
import ApusProcess
import ApusTransport
import ApusWire
import ApusWorkers
import Foundation
import SimulatedCluster
import TestSupport
import Testing

@testable import ApusCluster
@testable import ApusController

/// A controller in this process and real engines, which a test kills, freezes and replaces.
final class EngineCluster: @unchecked Sendable {
  // One test uses it at a time.

  private let folder: URL
  let controller: RunningController
  private(set) var engines: [ChildProcess] = []
  private let lifeline: ReportPipe
  var settings: ClusterSettings

  init(engines count: Int, configure: (inout ControllerSettings) -> Void = { _ in }) throws {
    folder = try Project.temporaryFolder()
    var settings = ControllerSettings()
    settings.profile.directory = folder.path
    configure(&settings)
    controller = try RunningController(settings)
    self.settings = ClusterSettings(controller.client)
    lifeline = try ReportPipe()
    for _ in 0..<count { try start() }
    try EngineWait(self.settings).wait(count, timeout: .seconds(20))
  }

  deinit {
    lifeline.discard()
    for engine in engines {
      Foundation.kill(-pid_t(engine.pid), SIGCONT)
      engine.killGroup()
      var status: Int32 = 0
      waitpid(pid_t(engine.pid), &status, 0)
    }
    controller.stop()
    try? FileManager.default.removeItem(at: folder)
  }

  var place: Place { Place(ClusterPlace(settings: settings)) }

  /// Starts one more engine.
  ///
  /// - Parameter variables: more variables of its environment.
  func start(_ variables: [String: String] = [:]) throws {
    var environment = ProcessInfo.processInfo.environment.merging(variables) { $1 }
    environment["IPP_CONNECTION_INFO"] = controller.engine.text
    environment["APUS_ENGINE_LIFELINE"] = "3"
    engines.append(
      try ChildProcess.start(
        [try Project.program("contract-worker").path, "--apus-engine"], environment: environment,
        output: folder.path + "/engine.log", report: lifeline.readingEnd))
  }

  /// Starts one more engine, of Python.
  func startPython() throws {
    var environment = ProcessInfo.processInfo.environment
    environment["IPP_CONNECTION_INFO"] = controller.engine.text
    let python = try #require(RealPython.interpreter)
    engines.append(
      try ChildProcess.start(
        [python.path, "-m", "ipyparallel.engine", "--profile-dir=\(folder.path)"],
        environment: environment, output: folder.path + "/python.log"))
  }

  var client: Cluster { Cluster(settings) }

  /// Waits until so many engines have joined.
  func wait(_ count: Int) throws {
    try EngineWait(settings).wait(count, timeout: .seconds(60))
  }

  /// Kills an engine and all that it has started.
  func kill(_ index: Int) { engines[index].killGroup() }

  /// Sends a signal to an engine alone.
  func signal(_ index: Int, _ signal: Int32) { Foundation.kill(pid_t(engines[index].pid), signal) }

  /// The exit status of an engine, which must end by itself.
  func status(of index: Int) -> Int32 {
    var status: Int32 = 0
    waitpid(pid_t(engines[index].pid), &status, 0)
    return status >> 8
  }

  /// Stops an engine, with its workers, from doing anything; or lets it go on.
  func freeze(_ index: Int, _ isFrozen: Bool = true) {
    Foundation.kill(-pid_t(engines[index].pid), isFrozen ? SIGSTOP : SIGCONT)
  }
}
