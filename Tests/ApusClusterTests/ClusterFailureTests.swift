// Part of Apus, Apache-2.0. See LICENSE.
import ApusEngine
import ApusParallel
import ApusRandom
import ApusTransport
import ApusWire
import ContractFunctions
import Foundation
import SimulatedCluster
import TestSupport
import Testing

@testable import ApusCluster
@testable import ApusController
@testable import ApusWorkers

/// What is promised when engines or the controller end, freeze or come back in the midst of a map.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ClusterFailureTests {
  private let log = FileManager.default.temporaryDirectory.appending(path: "apus-\(UUID())").path

  private var begun: Int {
    (try? FileManager.default.attributesOfItem(atPath: log)[.size] as? Int) ?? 0
  }

  private func streams() -> Streams<TaskStream> {
    var seed = Seed(4)
    return seed.streams()
  }

  /// Starts a map of tasks of some milliseconds.
  private func start(
    _ count: Int, on cluster: EngineCluster, retries: Int, pause: Int = 5000
  ) -> Task<[Double], any Error> {
    var options = TaskOptions()
    options.retries = retries
    let function = Logged(scale: 1, log: log, pause: pause)
    let place = cluster.place
    return Task { [options] in
      try await (0..<count).parallelMap(
        function, on: place, streams: streams(), options: options)
    }
  }

  private func waitUntilBegun(_ count: Int) async throws {
    let end = ContinuousClock.now + .seconds(30)
    while begun < count, ContinuousClock.now < end { await Task.yield() }
    try #require(begun >= count)
  }

  private func expected(_ count: Int) async throws -> [Double] {
    try await (0..<count).parallelMap(
      Logged(scale: 1, log: log + "x"), streams: streams())
  }

  @Test
  func tasksOfKilledEnginesMoveToOthersThatJoin() async throws {
    defer { try? FileManager.default.removeItem(atPath: log) }
    let cluster = try EngineCluster(engines: 3)
    let map = start(600, on: cluster, retries: 3)
    try await waitUntilBegun(50)
    cluster.kill(0)
    try cluster.start()
    try await waitUntilBegun(150)
    cluster.kill(1)
    cluster.kill(2)
    try cluster.start()
    let found = try await map.value
    #expect(found == (try await expected(600)))
    // Only what the engines had begun was run again.
    #expect(begun < 700)
  }

  @Test
  func aThousandEnginesThatJoinAndLeaveDoNotDisturbAMap() async throws {
    let cluster = try EngineCluster(engines: 2)
    let path = try Project.temporaryFolder().appendingPathComponent("go").path
    let place = cluster.place
    // The last task ends when all the others have come and gone.
    let map = Task {
      try await (0..<2000).parallelMap(AwaitFile(path: path, at: 1999), on: place)
    }
    let file = cluster.controller.engine
    let joined = try await onOwnThread {
      // Each keeps its connections while ten others join; every other one leaves without a word.
      var living: [EngineConnection] = []
      var numbers: Set<Int> = []
      let dialer = try SocketDialer(file, in: TransportContext())
      for turn in 0..<1000 {
        let sockets = EngineSockets(dialer)
        let engine = try EngineConnection(
          EngineID(EngineID.swiftPrefix + "visitor-\(turn)"), file, channels: sockets)
        let parcel = Parcel()
        try engine.requestRegistration()
        let socket = try #require(sockets.socket(.registration))
        guard socket.receive(into: parcel, milliseconds: 10_000) else { break }
        try engine.finishRegistration(parcel)
        numbers.insert(try #require(engine.number))
        living.append(engine)
        guard living.count > 10 else { continue }
        if turn.isMultiple(of: 2) { living[0].leave() }
        living.removeFirst()
      }
      return numbers.count
    }
    #expect(joined == 1000)
    try Data().write(to: URL(fileURLWithPath: path))
    #expect(try await map.value == Array(0..<2000))
    let ids = try await cluster.client.ids
    #expect(ids.prefix(2) == [0, 1])
  }

  @Test
  func aLostEngineCostsItsTaskOneAttemptAndSaysSo() async throws {
    defer { try? FileManager.default.removeItem(atPath: log) }
    let cluster = try EngineCluster(engines: 1)
    let long = start(1, on: cluster, retries: 0, pause: 60_000_000)
    try await waitUntilBegun(1)
    cluster.kill(0)
    let failure = await #expect(throws: RemoteFailure.self) { try await long.value }
    guard case .engineLost(let text)? = failure?.cause else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(text.contains("engine 0"))
  }

  @Test
  func aFrozenEngineIsReplacedAndItsLateResultsCountForNothing() async throws {
    defer { try? FileManager.default.removeItem(atPath: log) }
    let cluster = try EngineCluster(engines: 2) { settings in
      settings.heartbeatPeriod = .milliseconds(100)
      settings.allowedMisses = 5
    }
    let map = start(400, on: cluster, retries: 3)
    try await waitUntilBegun(60)
    cluster.freeze(0)
    try await waitUntilBegun(250)
    cluster.freeze(0, false)
    let found = try await map.value
    #expect(found == (try await expected(400)))
    // It has joined again, and a new map uses both.
    try EngineWait(cluster.settings).wait(2, timeout: .seconds(20))
  }

  @Test
  func aControllerThatEndsEndsTheMapWithAnError() async throws {
    defer { try? FileManager.default.removeItem(atPath: log) }
    let cluster = try EngineCluster(engines: 2)
    cluster.settings.controllerTimeout = .seconds(3)
    let map = start(100_000, on: cluster, retries: 0)
    try await waitUntilBegun(50)
    cluster.controller.stop()
    let error = await #expect(throws: WorkerError.self) { try await map.value }
    #expect(error?.code == .controllerLost)
  }

  @Test
  func aClusterWithoutSwiftEnginesSaysSoInTime() async throws {
    let cluster = try EngineCluster(engines: 0)
    cluster.settings.engineTimeout = .milliseconds(700)
    let place = cluster.place
    let error = await #expect(throws: WorkerError.self) {
      try await (0..<3).parallelMap(Square(), on: place)
    }
    #expect(error?.code == .noEngines)
    #expect(error?.message.contains("--apus-engine") == true)
  }

  @Test
  func aRunBegunOnThreadsIsFinishedOnEnginesAndTheOtherWayRound() async throws {
    defer { try? FileManager.default.removeItem(atPath: log) }
    let cluster = try EngineCluster(engines: 2)
    let path = log + ".apus"
    defer { try? FileManager.default.removeItem(atPath: path) }
    var checkpoint = Checkpoint(path)
    checkpoint.notice = { _ in }
    let function = Logged(scale: 1, log: log)
    let (place, whole) = (cluster.place, try await expected(60))
    for (count, place) in [(20, Place.threads(2)), (40, place), (50, .threads(2)), (60, place)] {
      let found = try await (0..<count).parallelMap(
        function, on: place, streams: streams(), checkpoint: checkpoint)
      #expect(found == Array(whole.prefix(count)))
      #expect(begun == count)
    }
  }

  @Test
  func aCancelledMapLeavesNothingBehindForTheNextOne() async throws {
    let cluster = try EngineCluster(engines: 1)
    let place = cluster.place
    for _ in 0..<3 {
      var options = TaskOptions()
      options.grace = .milliseconds(200)
      let function = Misbehave(.ignoreTermination, at: 0, mark: log)
      let long = Task { [options] in
        try await (0..<20).parallelMap(function, on: place, options: options)
      }
      let end = ContinuousClock.now + .seconds(20)
      while !FileManager.default.fileExists(atPath: log), ContinuousClock.now < end {
        await Task.yield()
      }
      try FileManager.default.removeItem(atPath: log)
      long.cancel()
      await #expect(throws: CancellationError.self) { try await long.value }
      let others = try await (1..<20).parallelMap(function, on: place)
      #expect(others.map(\.value) == (1..<20).map { 2 * $0 })
    }
  }

  @Test(.enabled(if: RealPython.interpreter != nil, Comment(rawValue: RealPython.absence)))
  func aMapGoesOnWhenItsConnectionIsCutAndComesBack() async throws {
    defer { try? FileManager.default.removeItem(atPath: log) }
    let cluster = try EngineCluster(engines: 2)
    let relay = try TCPRelay(to: cluster.settings.file.ports["mux"] ?? 0)
    cluster.settings.file.ports["mux"] = relay.port
    let map = start(400, on: cluster, retries: 0)
    for count in [40, 150, 260] {
      try await waitUntilBegun(count)
      relay.cut()
    }
    let found = try await map.value
    #expect(found == (try await expected(400)))
  }
}
