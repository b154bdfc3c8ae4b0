// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusRandom
import ApusTransport
import ApusWorkers
import ContractFunctions
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import ApusCluster

/// Jobs of a job server, here and on nodes.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct JobServerTests {
  private static func streams() -> Streams<TaskStream> {
    var seed = Seed(3)
    return seed.streams()
  }

  private static func server(
    workers: Int = 2, nodes: [String] = [], secret: String? = NodeProcess.secret
  ) throws -> JobServer {
    try JobServer(
      workers: workers, nodes: nodes, secret: secret, origin: streams().origin,
      program: try Project.program("contract-worker").path)
  }

  private static func expected(_ count: Int) async throws -> [Double] {
    try await (0..<count).parallelMap(Uniforms(count: 10), streams: streams())
  }

  private static func values<Output>(_ jobs: [Job<Output>]) async throws -> [Output] {
    var values: [Output] = []
    for job in jobs { values.append(try await job.value) }
    return values
  }

  /// Waits for what a server finds out in its own time.
  private static func wait(_ what: String, until condition: () -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while !condition() {
      try #require(ContinuousClock.now < deadline, "\(what)")
      await Task.yield()
    }
  }

  @Test(arguments: workerCounts)
  func jobsHaveTheStreamsOfTheirNumbers(workers: Int) async throws {
    let server = try Self.server(workers: workers)
    let jobs = try (0..<40).map { try server.submit(Uniforms(count: 10), $0) }
    let more = try server.submit(Uniforms(count: 10), of: Array(40..<100))
    #expect(try await Self.values(jobs + more) == Self.expected(100))
    #expect((jobs + more).map(\.number) == Array(0..<100) && more.allSatisfy(\.isFinished))
    #expect(server.statistics.map(\.jobs) == [100] && server.activeNodes == ["local": workers])
  }

  @Test func jobsOfDifferentFunctionsRunTogether() async throws {
    let server = try Self.server()
    var jobs: [Job<Double>] = []
    for count in 1...20 { jobs.append(try server.submit(Uniforms(count: count), count)) }
    let squares = try server.submit(Square(), of: [3, 4])
    #expect(try await Self.values(squares) == [9, 16])
    let contexts = try server.submit(Context(), of: [0, 0])
    #expect(try await Self.values(contexts).map { $0[0] } == [22, 23], "the numbers of the jobs")
    let values = try await Self.values(jobs)
    let source = Self.streams().makeSource()
    for (number, value) in values.enumerated() {
      var rng = source[number]
      #expect(value == Uniforms(count: number + 1)(number + 1, &rng))
    }
  }

  @Test func aJobThatFailsFailsAlone() async throws {
    let server = try Self.server()
    let got = Mutex<[Int: Bool]>([:])
    let jobs = try server.submit(Misbehave(.kill, at: 5), of: Array(0..<10), group: "deeds") {
      number, result in
      let isGood = (try? result.get()) != nil
      got.withLock { $0[number] = isGood }
    }
    let other = try server.submit(SleepFor(), 600_000, group: "long")
    try await server.wait(group: "deeds")
    #expect(got.withLock { $0 } == Dictionary(uniqueKeysWithValues: (0..<10).map { ($0, $0 != 5) }))
    let failure = await #expect(throws: RemoteFailure.self) { try await jobs[5].value }
    #expect(failure?.index == 5 && failure?.cause == .killed(signal: 9) && failure?.element == "5")
    #expect(!other.isFinished)
    server.close()
    await #expect(throws: (any Error).self) { try await other.value }
    let late = try server.submit(Square(), 3)
    await #expect(throws: ClusterError.self) { try await late.value }
    try await server.wait()
  }

  @Test func whoWaitsMayStopWaiting() async throws {
    let server = try Self.server()
    let job = try server.submit(SleepFor(), 600_000)
    let waiting = Task { try await job.value }
    let all = Task { try await server.wait() }
    waiting.cancel()
    all.cancel()
    await #expect(throws: CancellationError.self) { try await waiting.value }
    await #expect(throws: CancellationError.self) { try await all.value }
    #expect(!job.isFinished)
  }

  @Test func theNumberOfWorkersCanBeChanged() async throws {
    let server = try Self.server(workers: 1)
    let first = try server.submit(Uniforms(count: 10), of: Array(0..<10))
    try server.setWorkers(3)
    let second = try server.submit(Uniforms(count: 10), of: Array(10..<20))
    #expect(try await Self.values(first + second) == Self.expected(20))
    #expect(server.activeNodes == ["local": 3])
    #expect(throws: ClusterError.self) { try server.setWorkers(0) }
    #expect(throws: ClusterError.self) { try Self.server(workers: 0) }
  }

  @Test func jobsOfAServerThatIsReleasedFail() async throws {
    var server: JobServer? = try Self.server()
    let jobs = try #require(try server?.submit(SleepFor(), of: [600_000, 600_000, 600_000]))
    let waiting = Task { try await jobs[2].value }
    server = nil
    for job in jobs { await #expect(throws: (any Error).self) { try await job.value } }
    await #expect(throws: ClusterError.self) { try await waiting.value }
  }

  @Test func linesOfJobsComeWithTheirNumbers() async throws {
    let lines = Mutex<[Int: [String]]>([:])
    var options = TaskOptions()
    options.output = { number, line in lines.withLock { $0[number, default: []].append(line) } }
    let server = try JobServer(
      workers: 2, options: options, program: try Project.program("contract-worker").path)
    try await Self.finish(server.submit(Square(), of: [1, 2, 3]))
    try await Self.finish(server.submit(Lines(count: 2), of: [5, 6]))
    #expect(lines.withLock { $0.keys.sorted() } == [3, 4])
  }

  private static func finish<Output>(_ jobs: [Job<Output>]) async throws {
    for job in jobs { _ = try await job.value }
  }

  // MARK: Nodes

  @Test func nodesShareTheJobsAndThoseOfOneThatDiesGoToTheOthers() async throws {
    let nodes = [try NodeProcess(workers: 2), try NodeProcess(workers: 1)]
    let server = try Self.server(workers: 1, nodes: nodes.map(\.name))
    try await Self.wait("the nodes") { server.activeNodes.count == 3 }
    #expect(server.activeNodes == ["local": 1, nodes[0].name: 2, nodes[1].name: 1])
    let jobs = try server.submit(Uniforms(count: 10), of: Array(0..<200))
    #expect(try await Self.values(jobs) == Self.expected(200))
    #expect(server.statistics.allSatisfy { $0.jobs > 0 })
    let long = try server.submit(SleepFor(), of: Array(repeating: 300, count: 24))
    try await Self.wait("work on all places") { long.contains(where: \.isFinished) }
    let descendants = nodes[0].descendants
    #expect(descendants.count >= 3, "an engine and its workers")
    nodes[0].kill()
    #expect(try await Self.values(long).count == 24)
    #expect(server.activeNodes[nodes[0].name] == nil)
    try await Self.wait("the end of what it had started") {
      descendants.allSatisfy { !NodeProcess.isAlive($0) }
    }
    let again = try NodeProcess(workers: 2, port: nodes[0].port)
    try await Self.wait("the node's return") { server.activeNodes[again.name] == 2 }
    let more = try server.submit(Uniforms(count: 10), of: Array(224..<300))
    #expect(try await Self.values(more) == Array(Self.expected(300)[224...]))
    #expect(again.stop() == 0 && again.said.contains("node of Apus"))
  }

  @Test func jobsOfANodeThatIsKilledAndStartedAgainAtOnceRunAgain() async throws {
    var node = try NodeProcess(workers: 2)
    let server = try Self.server(workers: 0, nodes: [node.name])
    let jobs = try server.submit(SleepFor(), of: Array(repeating: 200, count: 12))
    try await Self.wait("the first job") { jobs.contains(where: \.isFinished) }
    node.kill()
    node = try NodeProcess(workers: 2, port: node.port)
    #expect(try await Self.values(jobs).count == 12)
    let squares = try server.submit(Square(), of: Array(0..<20))
    #expect(try await Self.values(squares) == (0..<20).map { $0 * $0 })
  }

  @Test func functionsInRotationLeaveNoWorkersBehind() async throws {
    let server = try Self.server()
    for turn in 0..<3 {
      var jobs: [Job<Double>] = []
      for count in 1...12 { jobs.append(try server.submit(Uniforms(count: count), turn)) }
      _ = try await Self.values(jobs)
    }
    #expect((1...9).contains(server.dispatch.laneCount), "those that were used last")
    server.close()
    try await Self.wait("the end of all workers") { server.dispatch.laneCount == 0 }
  }

  @Test func aNodeWithAnotherSecretIsNone() async throws {
    let node = try NodeProcess(workers: 1, secret: "anothersecret")
    let server = try Self.server(nodes: [node.name])
    let jobs = try server.submit(Square(), of: Array(0..<50))
    #expect(try await Self.values(jobs) == (0..<50).map { $0 * $0 })
    #expect(server.activeNodes == ["local": 2])
    #expect(throws: ClusterError.self) { try Self.server(nodes: [node.name], secret: nil) }
  }

  @Test func jobsThatNothingCanRunFailAfterAWhile() async throws {
    let dispatch = JobDispatch(
      [(place: .processes(1), name: "node", capacity: 0)], TaskOptions(), nil, patience: .zero)
    let jobs = dispatch.submit(2) { _, number in
      FunctionJob(
        number, Square(), FunctionName(type: "s", properties: 0), 3, group: "", callback: nil)
    }
    dispatch.lost(0, "it is not there")
    let error = await #expect(throws: ClusterError.self) { try await jobs[1].result.value }
    #expect(error?.message.contains("it is not there") == true)
    try await dispatch.wait(nil)
  }
}
