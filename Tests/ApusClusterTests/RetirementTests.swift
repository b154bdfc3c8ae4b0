// Part of Apus, Apache-2.0. See LICENSE.
import ApusEngine
import ApusParallel
import ApusRandom
import ApusTransport
import ApusWorkers
import ContractFunctions
import Foundation
import TestSupport
import Testing

@testable import ApusCluster
@testable import ApusEngine

/// Engines whose allocation ends, or that are told to go, cost no task an attempt.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct RetirementTests {
  @Test func anEngineBeginsNothingInTheLastMinuteOrTheLastTenth() {
    let start = Instant()
    let long = Retirement(left: .seconds(3600), now: start)
    #expect(!long.isDue(now: start + .seconds(3539)) && long.isDue(now: start + .seconds(3540)))
    let short = Retirement(left: .seconds(100), now: start)
    #expect(!short.isDue(now: start + .seconds(89)) && short.isDue(now: start + .seconds(90)))
    #expect(Retirement(left: .seconds(-5), now: start).isDue(now: start))
    let endless = Retirement(left: nil, now: start)
    #expect(!endless.isDue(now: .distantFuture) && endless.left(now: start) == nil)
    #expect(endless.mayBegin(lasting: .seconds(1_000_000), now: start))
  }

  @Test func aTaskThatWouldOutlastTheAllocationDoesNotBegin() {
    let start = Instant()
    let engine = Retirement(left: .seconds(100), now: start)
    #expect(engine.mayBegin(lasting: .seconds(60), now: start + .seconds(40)))
    #expect(!engine.mayBegin(lasting: .seconds(60), now: start + .seconds(41)))
    #expect(engine.mayBegin(lasting: nil, now: start + .seconds(41)))
    #expect(engine.left(now: start + .seconds(40)) == .seconds(60))
  }

  @Test func aWarnedEngineBeginsNothing() {
    var engine = Retirement(left: nil, now: Instant())
    engine.warn()
    #expect(engine.isDue(now: Instant()) && !engine.mayBegin(lasting: nil, now: Instant()))
    #expect(engine.left(now: Instant()) == .zero)
  }

  @Test(arguments: [
    (["APUS_ALLOCATION_END": "2000000000", "SLURM_JOB_END_TIME": "1"], true),
    (["SLURM_JOB_END_TIME": "2000000000"], true), (["SLURM_JOB_END_TIME": "soon"], false),
    (["APUS_ALLOCATION_END": "99999999999999999999"], false), ([:], false),
  ])
  func theEnvironmentNamesTheEnd(variables: [String: String], isKnown: Bool) throws {
    let end = AllocationEnd(variables)
    #expect((end != nil) == isKnown)
    if let end { #expect(abs(end.timeLeft.seconds - (2e9 - Date().timeIntervalSince1970)) < 5) }
  }

  private let log = FileManager.default.temporaryDirectory.appending(path: "apus-\(UUID())").path

  private var begun: Int {
    (try? FileManager.default.attributesOfItem(atPath: log)[.size] as? Int) ?? 0
  }

  private func map(
    _ count: Int, pause: Int, on cluster: EngineCluster, _ options: TaskOptions = TaskOptions()
  ) -> Task<[Double], any Error> {
    let function = Logged(scale: 1, log: log, pause: pause)
    let place = cluster.place
    return Task {
      try await (0..<count).parallelMap(
        function, on: place, streams: Self.streams(), options: options)
    }
  }

  private static func streams() -> Streams<TaskStream> {
    var seed = Seed(4)
    return seed.streams()
  }

  private func waitUntilBegun(_ count: Int) async throws {
    let end = ContinuousClock.now + .seconds(30)
    while begun < count, ContinuousClock.now < end { await Task.yield() }
    try #require(begun >= count)
  }

  /// SIGUSR1 by `--signal`, SIGUSR2 by Grid Engine, SIGTERM at the end.
  @Test(arguments: [(SIGUSR1, 75), (SIGUSR2, 75), (SIGTERM, 0)] as [(Int32, Int32)])
  func whatATerminatedEngineHoldsMovesWithoutALostAttempt(signal: Int32, status: Int32) async throws
  {
    defer { try? FileManager.default.removeItem(atPath: log) }
    let cluster = try EngineCluster(engines: 2)
    let map = map(200, pause: 10_000, on: cluster)
    try await waitUntilBegun(40)
    cluster.signal(0, signal)
    let found = try await map.value
    #expect(found.count == 200)
    // What had begun when the warning came has ended there.
    if signal != SIGTERM { #expect(begun == 200) } else { #expect(begun <= 202) }
    #expect(cluster.status(of: 0) == status)
  }

  @Test func longTasksGoToEnginesThatHaveTheTime() async throws {
    defer { try? FileManager.default.removeItem(atPath: log) }
    let cluster = try EngineCluster(engines: 0)
    let soon = Int(Date().timeIntervalSince1970) + 120
    try cluster.start(["APUS_ALLOCATION_END": "\(soon)"])
    try cluster.wait(1)
    var options = TaskOptions()
    options.expected = .seconds(600)
    let waiting = map(20, pause: 1000, on: cluster, options)
    let short = try await (0..<20).parallelMap(
      Logged(scale: 1, log: log + "x"), on: cluster.place, streams: Self.streams())
    #expect(short.count == 20)
    #expect(begun == 0)
    try cluster.start(["APUS_ALLOCATION_END": "\(soon + 6000)"])
    #expect(try await waiting.value.count == 20)
    try? FileManager.default.removeItem(atPath: log + "x")
  }

  @Test func ifNoEngineHasTheTimeTheMapEndsAndSaysSo() async throws {
    let cluster = try EngineCluster(engines: 0)
    let soon = Int(Date().timeIntervalSince1970) + 120
    try cluster.start(["APUS_ALLOCATION_END": "\(soon)"])
    try cluster.wait(1)
    cluster.settings.engineTimeout = .seconds(2)
    var options = TaskOptions()
    options.expected = .seconds(600)
    let error = await #expect(throws: WorkerError.self) {
      try await map(2, pause: 0, on: cluster, options).value
    }
    #expect(error?.message.contains("No engine's allocation has the 600.0 seconds left") == true)
    #expect(begun == 0)
  }

  @Test func anEngineLeavesByItselfBeforeItsAllocationEnds() async throws {
    let cluster = try EngineCluster(engines: 0)
    let now = Int(Date().timeIntervalSince1970)
    try cluster.start(["APUS_ALLOCATION_END": "\(now + 4)"])
    #expect(cluster.status(of: 0) == 75)
    #expect(Int(Date().timeIntervalSince1970) <= now + 4)
  }
}
