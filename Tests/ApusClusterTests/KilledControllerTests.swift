// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusProcess
import ApusRandom
import ApusTransport
import ApusWire
import ApusWorkers
import ContractFunctions
import Foundation
import TestSupport
import Testing

@testable import ApusCluster

/// A controller process with a journal and its engines; the controller can be killed and followed by another.
private final class JournalledCluster {
  let folder: URL
  private let environment: [String: String]
  private var controller: ChildProcess?
  private var engines: [ChildProcess] = []
  private(set) var settings: ClusterSettings

  init() throws {
    folder = try Project.temporaryFolder()
    environment = ProcessInfo.processInfo.environment.merging([
      "IPP_PROFILE_DIR": folder.path, "IPP_CLUSTER_ID": "",
    ]) { $1 }
    (controller, settings) = try Self.startController(environment, folder)
  }

  deinit {
    for process in engines + [controller].compactMap({ $0 }) { Self.end(process) }
    try? FileManager.default.removeItem(at: folder)
  }

  private static func end(_ process: ChildProcess) {
    process.killGroup()
    var status: Int32 = 0
    waitpid(pid_t(process.pid), &status, 0)
  }

  private static func startController(
    _ environment: [String: String], _ folder: URL
  ) throws -> (ChildProcess, ClusterSettings) {
    let pipe = try ReportPipe()
    var environment = environment
    environment[ReportPipe.variable] = "3"
    let process = try ChildProcess.start(
      [try Project.program("apus").path, "controller", "--journal"], environment: environment,
      output: folder.path + "/controller.log", report: pipe.writer)
    var said = ""
    #expect(pipe.readAll(within: .seconds(30), { said += $0 }) && said.contains("ready"))
    let file = try Profile(directory: folder.path).readConnectionFile(.client)
    return (process, ClusterSettings(file))
  }

  /// Kills the controller, and starts another one.
  func replaceController() throws {
    if let controller { Self.end(controller) }
    (controller, settings) = try Self.startController(environment, folder)
  }

  func start(_ words: [String]) throws {
    engines.append(
      try ChildProcess.start(
        words, environment: environment, output: folder.path + "/engine.log"))
  }

  func startSwift(_ count: Int) throws {
    for _ in 0..<count {
      try start([try Project.program("contract-worker").path, "--apus-engine", "--timeout=30"])
    }
  }

  var client: Cluster { Cluster(settings) }

  func wait(_ count: Int) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while try await client.ids.count < count {
      try #require(ContinuousClock.now < deadline)
      await Task.yield()
    }
  }
}

/// Nobody loses anything when a controller with a journal is killed and another one takes its place.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct KilledControllerTests {
  private let log = FileManager.default.temporaryDirectory.appending(path: "apus-\(UUID())").path

  private var begun: Int {
    (try? FileManager.default.attributesOfItem(atPath: log)[.size] as? Int) ?? 0
  }

  private static func streams() -> Streams<TaskStream> {
    var seed = Seed(9)
    return seed.streams()
  }

  private func waitUntilBegun(_ count: Int) async throws {
    let end = ContinuousClock.now + .seconds(60)
    while begun < count, ContinuousClock.now < end { await Task.yield() }
    try #require(begun >= count)
  }

  @Test(arguments: [1, 3])
  func mapsGoOnAndRunNoTaskTwice(engines: Int) async throws {
    defer { try? FileManager.default.removeItem(atPath: log) }
    let cluster = try JournalledCluster()
    try cluster.startSwift(engines)
    try await cluster.wait(engines)
    let (place, function) = (
      Place(ClusterPlace(settings: cluster.settings)), Logged(scale: 1, log: log, pause: 10_000)
    )
    let map = Task {
      try await (0..<400).parallelMap(function, on: place, streams: Self.streams())
    }
    for moment in [20, 120, 220] {
      try await waitUntilBegun(moment)
      try cluster.replaceController()
    }
    let found = try await map.value
    let other = log + "x"
    defer { try? FileManager.default.removeItem(atPath: other) }
    let expected = try await (0..<400).parallelMap(
      Logged(scale: 1, log: other), streams: Self.streams())
    #expect(found == expected)
    #expect(begun == 400, "no task is run twice")
  }

  @Test(.enabled(if: RealPython.interpreter != nil, Comment(rawValue: RealPython.absence)))
  func callsOfSwiftClientsToEnginesOfPythonAllEnd() async throws {
    let cluster = try JournalledCluster()
    let python = try #require(RealPython.interpreter)
    for _ in 0..<2 {
      try cluster.start(
        [python.path, "-m", "ipyparallel.engine", "--profile-dir=\(cluster.folder.path)"])
    }
    try await cluster.wait(2)
    let client = cluster.client
    let view = try await client.directView([0, 1])
    try await view.execute(
      """
      import time
      def slow(x):
          time.sleep(0.05)
          return x * x
      def long(path):
          open(path, 'a').write('.')
          time.sleep(2)
          return 7
      """)
    let balanced = try await client.loadBalancedView()
    var found: [Int: Int] = [:]
    for await (position, outcome) in balanced.results(
      "__main__.slow", (0..<60).map { PythonValue($0) })
    {
      #expect(found[position] == nil, "once")
      found[position] = try outcome.get().int
      if found.count == 10 || found.count == 30 { try cluster.replaceController() }
    }
    #expect(found.count == 60 && found.allSatisfy { $0.value == $0.key * $0.key })
    // Requests for certain engines, too, are answered under the next controller.
    defer { try? FileManager.default.removeItem(atPath: log) }
    let long = Task { try await view.call("__main__.long", PythonValue(log)) }
    try await waitUntilBegun(2)
    try cluster.replaceController()
    #expect(try await long.value.map(\.int) == [7, 7])
    #expect(begun == 2)
  }
}
