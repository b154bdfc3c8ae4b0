// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import ContractFunctions
import Foundation
import Testing

@testable import ApusWorkers

extension ProcessTests {
  @Suite(.serialized, .timeLimit(.minutes(5)))
  final class CheckpointTests: Sendable {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "apus-\(UUID())")
    private var path: String { folder.appending(path: "run.apus").path }
    private var log: String { folder.appending(path: "log").path }

    init() throws {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// How many tasks have been computed.
    private var computed: Int { (try? Data(contentsOf: URL(filePath: log)).count) ?? 0 }

    private func quiet(_ accepting: Set<Checkpoint.Change> = []) -> Checkpoint {
      var checkpoint = Checkpoint(path, accepting: accepting)
      checkpoint.notice = { _ in }
      return checkpoint
    }

    private func map(
      _ count: Int, seed value: UInt128 = 4, scale: Double = 1, on place: Place = .threads(2)
    ) async throws -> [Double] {
      var seed = Seed(value)
      return try await (0..<count).parallelMap(
        Logged(scale: scale, log: log), on: place, streams: seed.streams(), checkpoint: quiet())
    }

    @Test
    func aRunGoesOnWhereItStoppedInAnyPlace() async throws {
      let expected = try await map(50)
      #expect(computed == 50)
      #expect(try await map(50) == expected)
      #expect(computed == 50)
      #expect(try await map(50, on: ContractTests.processes(3)) == expected)
      #expect(computed == 50)
      // More tasks follow those of before.
      let more = try await map(60, on: ContractTests.processes(2))
      #expect(Array(more.prefix(50)) == expected && computed == 60)
      try FileManager.default.removeItem(atPath: path)
      #expect(try await map(60) == more)
      #expect(computed == 120)
    }

    @Test
    func aFileCutAnywhereGoesOn() async throws {
      let expected = try await map(20)
      let bytes = try Data(contentsOf: URL(filePath: path))
      for length in 0...bytes.count {
        try bytes.prefix(length).write(to: URL(filePath: path))
        #expect(try await map(20) == expected, "cut at \(length)")
        #expect(try Data(contentsOf: URL(filePath: path)).count == bytes.count)
      }
    }

    @Test
    func aSpoiledByteNeverGivesAWrongResult() async throws {
      let expected = try await map(10)
      let bytes = try Data(contentsOf: URL(filePath: path))
      let length = bytes.dropFirst(8).prefix(8).enumerated().reduce(0) {
        $0 + Int($1.element) << (8 * $1.offset)
      }
      let headerEnd = 8 + 8 + length + 8
      for place in stride(from: 0, to: bytes.count, by: 3) {
        var spoiled = bytes
        spoiled[place] ^= 0x10
        try spoiled.write(to: URL(filePath: path))
        if place >= headerEnd {
          #expect(try await map(10) == expected, "spoiled at \(place)")
        } else {
          // Nothing says any more whose results these are.
          let error = await #expect(throws: WorkerError.self) { try await map(10) }
          #expect(error?.code == .checkpoint)
          #expect(try Data(contentsOf: URL(filePath: path)) == spoiled)
        }
      }
    }

    @Test
    func aFileOfAnotherRunIsRefusedByNameAndLeftAsItIs() async throws {
      _ = try await map(10)
      let bytes = try Data(contentsOf: URL(filePath: path))
      let log = log
      func refused(_ word: String, _ run: () async throws -> Void) async throws {
        let error = await #expect(throws: WorkerError.self) { try await run() }
        #expect(error?.code == .checkpoint && error?.message.contains(word) == true, "\(error!)")
        #expect(try Data(contentsOf: URL(filePath: path)) == bytes)
      }
      for place in [Place.threads(2), ContractTests.processes(2)] {
        try await refused("random numbers") { _ = try await map(10, seed: 5, on: place) }
        try await refused("properties") { _ = try await map(10, scale: 2, on: place) }
        try await refused("element 0") {
          var seed = Seed(4)
          _ = try await Array(1..<11).parallelMap(
            Logged(scale: 1, log: log), on: place, streams: seed.streams(), checkpoint: quiet())
        }
        try await refused("function") {
          _ = try await (0..<10).parallelMap(Square(), on: place, checkpoint: quiet())
        }
      }
      // What is accepted is not refused.
      var seed = Seed(4)
      let kept = try await (0..<10).parallelMap(
        Logged(scale: 2, log: log), streams: seed.streams(), checkpoint: quiet([.function]))
      #expect(kept == (try await map(10)))
      #expect(computed == 10)
    }

    @Test
    func otherFilesAndFilesThatCannotBeWrittenAreRefused() async throws {
      for (name, text) in [
        (path, "index,value\n1,2\n"), ("/dev/full", nil), ("/no/such/folder/x", nil),
      ] {
        if let text { try Data(text.utf8).write(to: URL(filePath: name)) }
        let error = await #expect(throws: WorkerError.self) {
          try await (0..<10).parallelMap(Square(), checkpoint: Checkpoint(name))
        }
        #expect(error?.code == .checkpoint && error?.message.contains(name) == true)
        if let text { #expect(try String(contentsOfFile: name, encoding: .utf8) == text) }
      }
    }

    @Test
    func setsAndDictionariesHaveTheSameDigestInAnyOrder() throws {
      let names = (0..<100).map { "name \($0)" }
      let forward = try BinaryEncoder.canonical([Set(names)])
      for _ in 0..<20 {
        var set = Set<String>(minimumCapacity: Int.random(in: 1...1000))
        for name in names.shuffled() { set.insert(name) }
        #expect(try BinaryEncoder.canonical([set]) == forward)
      }
      let table = try BinaryEncoder.canonical(["a": [1: 2.5], "b": [3: 4]])
      #expect(try BinaryEncoder.canonical(["b": [3: 4], "a": [1: 2.5]]) == table)
      #expect(try BinaryEncoder.canonical(["b": [3: 5], "a": [1: 2.5]]) != table)
    }

    @Test
    func twoRunsAtATimeAreRefused() async throws {
      let header = CheckpointHeader(function: "f", captures: 0, origin: nil, build: 0)
      let first = try CheckpointFile(quiet(), header, count: 1)
      let error = #expect(throws: WorkerError.self) {
        try CheckpointFile(quiet(), header, count: 1)
      }
      #expect(error?.message.contains("in use") == true)
      try first.append(0, attempt: 1, element: [1], result: [2])
    }

    @Test
    func failuresAreComputedAgainAndResultsAreKept() async throws {
      let mark = folder.appending(path: "mark").path
      let function = Misbehave(.killOnce, at: 3, mark: mark)
      let first = try await (0..<10).parallelOutcomes(
        function, on: ContractTests.processes(2), checkpoint: quiet())
      guard case .failure = first[3] else {
        Issue.record("\(first[3])")
        return
      }
      let second = try await (0..<10).parallelMap(
        function, on: ContractTests.processes(2), checkpoint: quiet())
      #expect(second.map(\.value) == (0..<10).map { 2 * $0 })
    }

    /// Runs a map with the checkpoint in a program of its own, and kills it at a random moment after some task has begun.
    ///
    /// - Returns: whether it was running when it was killed.
    private func killed(
      _ place: String, count: Int, after delay: Duration
    ) async throws -> Bool {
      // On a thread of its own: other tests may hold those that tasks share for long.
      try await withCheckedThrowingContinuation { waiter in
        Thread.detachNewThread { [self] in
          waiter.resume(with: Result { try kill(place, count: count, after: delay) })
        }
      }
    }

    private func kill(_ place: String, count: Int, after delay: Duration) throws -> Bool {
      let run = Process()
      run.executableURL = URL(filePath: ContractTests.program)
      run.arguments = ["checkpoint", place, path, log, "\(count)"]
      run.standardError = FileHandle.nullDevice
      run.standardOutput = FileHandle.nullDevice
      let before = computed
      try run.run()
      while computed == before, run.isRunning { sched_yield() }
      let end = ContinuousClock.now + delay
      while ContinuousClock.now < end, run.isRunning { sched_yield() }
      let isRunning = run.isRunning
      _ = Foundation.kill(run.processIdentifier, SIGKILL)
      run.waitUntilExit()
      return isRunning
    }

    @Test(arguments: ["threads", "processes"])
    func aRunThatIsKilledAtRandomMomentsEndsWithTheSameNumbers(place: String) async throws {
      let (count, kills) = (1200, 50)
      let function = Logged(scale: 1, log: log, pause: 4000)
      var plain = Seed(4)
      let expected = try await (0..<count).parallelMap(
        Logged(scale: 1, log: folder.appending(path: "other").path), streams: plain.streams())
      var seed = Seed(77)
      var rng = seed.streams().makeSource()[0]
      var midway = 0
      for _ in 0..<kills {
        let delay = Duration.microseconds(rng.integer(in: 0...40_000))
        guard try await killed(place, count: count, after: delay) else { continue }
        if (1..<count).contains(try finishedTasks()) { midway += 1 }
      }
      #expect(midway >= kills * 4 / 5, "only \(midway) kills were in the midst of the run")
      // A kill costs no more than the tasks that two workers had.
      #expect(computed - (try finishedTasks()) <= 4 * kills)
      var again = Seed(4)
      let found = try await (0..<count).parallelMap(
        function, streams: again.streams(), checkpoint: quiet([.build]))
      #expect(found == expected)
    }

    private func finishedTasks() throws -> Int {
      try CheckpointSummary(path: path)?.finished ?? 0
    }

    @Test
    func anotherBuildIsRefusedUnlessItIsAccepted() throws {
      let header = CheckpointHeader(
        function: "f", captures: 1, origin: nil, indices: nil, build: 1, properties: nil)
      var other = header
      other.build = 2
      #expect(header.difference(from: header, accepting: []) == nil)
      let words = header.difference(from: other, accepting: [.function])
      #expect(words?.contains("another build of the program") == true)
      #expect(header.difference(from: other, accepting: [.build]) == nil)
    }
  }
}
