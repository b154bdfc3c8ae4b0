// Part of Apus, Apache-2.0. See LICENSE.
import ApusController
import ApusEngine
import ApusParallel
import ApusProcess
import ApusTransport
import ApusWire
import ApusWorkers

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A controller in this process and engines that are copies of this program; all ends with the object, or with the process.
final class LocalCluster {
  /// For controller and engines alike: on a busy machine, or one that pauses, none of them gives up before the others.
  private static let startTimeout = Duration.seconds(60)
  private static let endTimeout = Duration.seconds(5)

  let settings: ClusterSettings
  private let controller: ControllerThread
  private let folder: String
  private let lifeline: ReportPipe
  private var engines: [ChildProcess] = []

  /// Starts a controller and engines, and waits until they have joined.
  ///
  /// - Parameter configure: changes the controller's settings.
  /// - Throws: ``ClusterError`` with the last words of an engine that has ended.
  init(
    engines count: Int, workers: Int, program: String?,
    _ configure: @escaping @Sendable (inout ControllerSettings) -> Void = { _ in }
  ) throws {
    folder = try Self.makeFolder()
    lifeline = try ReportPipe()
    do {
      controller = try ControllerThread(folder: folder, configure)
    } catch {
      lifeline.discard()
      try? FileManager.default.removeItem(atPath: folder)
      throw ClusterError(.notStarted, "The controller could not be started: \(error)")
    }
    settings = ClusterSettings(controller.client)
    do {
      let path = try program ?? WorkerProcesses.ownProgram()
      for number in 0..<count { engines.append(try start(number, of: count, path, workers)) }
      try EngineWait(settings).wait(count, timeout: Self.startTimeout) { try checkEngines() }
      // Nobody else joins: not even a program that is killed leaves its files behind.
      removeFolder()
    } catch {
      stop()
      throw (error as? ClusterError) ?? ClusterError(.notStarted, "\(error)")
    }
  }

  private static func makeFolder() throws -> String {
    let name = "apus-cluster-" + RandomName.session()
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(name).path
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    return path
  }

  private func start(
    _ number: Int, of count: Int, _ program: String, _ workers: Int
  ) throws -> ChildProcess {
    var environment = ClusterEnvironment.all
    environment["IPP_CONNECTION_INFO"] = controller.engine.text
    environment[EngineProgram.lifelineVariable] = "3"
    LargePages.request(in: &environment)
    if environment["APUS_NUM_THREADS"] == nil {
      environment["APUS_NUM_THREADS"] = "\(max(1, ThreadBudget.current.count / count))"
    }
    return try ChildProcess.start(
      [
        program, WorkerProcesses.engineArgument, "--id=\(number)", "--workers=\(workers)",
        "--timeout=\(Self.startTimeout / .seconds(1))",
      ],
      environment: environment, output: log(number), report: lifeline.readingEnd)
  }

  private func log(_ number: Int) -> String { "\(folder)/engine-\(number).log" }

  /// - Throws: ``ClusterError`` with the last words of an engine that has ended.
  func checkEngines() throws {
    for (number, engine) in engines.enumerated() {
      guard let end = engine.reap() else { continue }
      let words = FileManager.default.contents(atPath: log(number)) ?? Data()
      let last = String(decoding: words.suffix(4000), as: UTF8.self)
      throw ClusterError(
        .notStarted,
        "Engine \(number) \(end). Is Cluster.enter() the first line of main? It wrote:\n\(last)"
      )
    }
  }

  /// Ends engines and controller, and removes their files.
  func stop() {
    lifeline.discard()
    let clock = MonotonicClock()
    let end = clock.now + Self.endTimeout
    var left = engines
    while !left.isEmpty {
      left.removeAll { $0.reap() != nil }
      if end < clock.now { for engine in left { engine.killGroup() } }
      if !left.isEmpty { _ = Poller().wait(milliseconds: 5) }
    }
    controller.stop()
    removeFolder()
  }

  /// Removes the cluster's files.
  ///
  /// The controller still writes there, and a folder whose content changes meanwhile may be refused once.
  private func removeFolder() {
    for _ in 0..<5 {
      if (try? FileManager.default.removeItem(atPath: folder)) != nil { return }
      guard FileManager.default.fileExists(atPath: folder) else { return }
    }
  }
}
