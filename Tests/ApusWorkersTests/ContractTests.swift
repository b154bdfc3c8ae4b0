// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusRandom
import ContractFunctions
import Foundation
import TestSupport
import Testing

@testable import ApusCluster
@testable import ApusWorkers

extension ProcessTests {
  /// What is promised wherever a map of a remote function runs.
  @Suite(.serialized, .timeLimit(.minutes(5)))
  struct ContractTests {
    /// The program that runs the tests' functions, built beside them.
    static let program: String = {
      let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
      let folder =
        bundle?.deletingLastPathComponent()
        ?? URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
      return folder.appending(path: "contract-worker").path
    }()

    static func processes(_ count: Int) -> Place { Place.processes(count).running(program) }
    static let places: [(String, Place)] = workerCounts.flatMap {
      [
        ("\($0) threads", Place.threads($0)), ("\($0) processes", processes($0)),
        ("\($0) engines", engines($0)),
      ]
    }
    /// Places whose tasks can be ended without this process.
    static let elsewhere = [("2 processes", processes(2)), ("2 engines", engines(2))]

    /// Local clusters by their number of engines; each ends with this process.
    private static let clusters = Dictionary(
      uniqueKeysWithValues: workerCounts.map { ($0, TestCluster(engines: $0)) })

    private final class TestCluster: @unchecked Sendable {
      // Constant after `init`; only its settings are read.
      let cluster: Result<LocalCluster, any Error>
      init(engines: Int) {
        cluster = Result { try LocalCluster(engines: engines, workers: 1, program: program) }
      }
    }

    /// The engines of a local cluster.
    static func engines(_ count: Int) -> Place {
      do {
        return .cluster(Cluster(try clusters[count]!.cluster.get().settings))
      } catch {
        preconditionFailure("\(error)")
      }
    }

    private var leftovers: [String] {
      get throws {
        let ids = try FileManager.default.contentsOfDirectory(atPath: "/proc").filter {
          Int($0) != nil
        }
        return ids.filter { id in
          let line = (try? String(contentsOfFile: "/proc/\(id)/cmdline", encoding: .utf8)) ?? ""
          let stat = (try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8)) ?? ""
          let parent =
            stat.split(separator: ")").last?.split(separator: " ").dropFirst().first ?? ""
          return line.contains("--apus-worker") && parent == "\(getpid())"
        }
      }
    }

    @Test(arguments: [1, 2, 3, 8])
    func allPlacesGiveTheSameBits(workers: Int) async throws {
      var seed = Seed(3)
      let expected = try await (0..<500).parallelMap(Uniforms(count: 10), streams: seed.streams())
      for place in [Place.threads(workers), Self.processes(workers), Self.engines(workers)] {
        var again = Seed(3)
        let found = try await (0..<500).parallelMap(
          Uniforms(count: 10), on: place, streams: again.streams())
        #expect(found == expected)
      }
      let left = try leftovers
      #expect(left == [])
    }

    @Test
    func manySmallTasksAndFewLargeOnesComeBackInOrder() async throws {
      for (name, place) in Self.elsewhere {
        let squares = try await (0..<100_000).parallelMap(Square(), on: place)
        #expect(squares == (0..<100_000).map { $0 * $0 }, "\(name)")
        for size in [20_000, 1_000_000, 3_000_000] {
          let found = try await (0..<4).parallelMap(Bytes(count: size), on: place)
          let expected = try await (0..<4).parallelMap(Bytes(count: size))
          #expect(found == expected, "\(name)")
        }
        let inputs = (0..<10).map { [Double](repeating: Double($0), count: 300_000) }
        let sums = try await inputs.parallelMap(Sum(), on: place)
        #expect(sums == (0..<10).map { Double($0) * 300_000 }, "\(name)")
        let none = try await [Int]().parallelMap(Square(), on: place)
        #expect(none == [], "\(name)")
      }
    }

    @Test(arguments: [Deed.exit, .abort, .trap, .overflowStack, .kill, .raise, .unencodable])
    func aBadTaskFailsAloneAndSaysWhy(deed: Deed) async throws {
      for (name, place) in Self.elsewhere {
        let outcomes = try await (0..<20).parallelOutcomes(Misbehave(deed, at: 7), on: place)
        Self.check(deed, outcomes, name)
      }
      let left = try leftovers
      #expect(left == [])
    }

    private static func check(
      _ deed: Deed, _ outcomes: [Result<Doubled, RemoteFailure>], _ name: String
    ) {
      for (index, outcome) in outcomes.enumerated() {
        switch outcome {
        case .success(let doubled): #expect(doubled.value == 2 * index && index != 7)
        case .failure(let failure):
          #expect(
            index == 7 && failure.index == 7 && failure.element == "7" && failure.attempt == 1)
          switch (deed, failure.cause) {
          case (.exit, .exited(status: 3)), (.abort, .killed(signal: 6)),
            (.kill, .killed(signal: 9)),
            (.trap, .killed), (.overflowStack, .killed(signal: 11)), (.unencodable, .coding):
            break
          case (.raise, .thrown(_, let text)): #expect(text == "element 7 is not wanted")
          default: Issue.record("\(name), \(deed): \(failure)")
          }
          if deed == .trap { #expect(failure.output.contains("a trap on purpose")) }
        }
      }
    }

    @Test
    func theFailureWithTheSmallestIndexStopsTheMap() async throws {
      for (name, place) in Self.places {
        let failure = await #expect(throws: RemoteFailure.self) {
          try await (0..<1000).parallelMap(Misbehave(.raise, at: 5), on: place)
        }
        #expect(failure?.index == 5, "\(name)")
      }
    }

    @Test
    func aLostWorkerCostsItsTaskOneAttempt() async throws {
      for (name, place) in Self.elsewhere {
        let mark = FileManager.default.temporaryDirectory.appending(path: "apus-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: mark) }
        var options = TaskOptions()
        options.retries = 1
        let found = try await (0..<30).parallelMap(
          Misbehave(.killOnce, at: 11, mark: mark), on: place, options: options)
        #expect(found.map(\.value) == (0..<30).map { 2 * $0 }, "\(name)")
      }
    }

    @Test
    func resultsOfQuickTasksBeforeADeathAreNotLost() async throws {
      for (name, place) in Self.elsewhere {
        for index in [1, 40, 41, 900] {
          let outcomes = try await (0..<1000).parallelOutcomes(
            Misbehave(.kill, at: index), on: place)
          let failed = outcomes.indices.filter { (try? outcomes[$0].get().value) != 2 * $0 }
          #expect(failed == [index], "\(name)")
        }
      }
    }

    @Test
    func aTaskBeyondItsTimeLimitFailsAndOthersGoOn() async throws {
      var options = TaskOptions()
      options.timeLimit = .milliseconds(300)
      options.grace = .milliseconds(100)
      for (name, place) in Self.elsewhere {
        for deed in [Deed.sleep, .ignoreTermination] {
          let outcomes = try await (0..<10).parallelOutcomes(
            Misbehave(deed, at: 3), on: place, options: options)
          for (index, outcome) in outcomes.enumerated() where index != 3 {
            #expect(try outcome.get().value == 2 * index, "\(name)")
          }
          guard case .failure(let failure) = outcomes[3], case .timedOut = failure.cause else {
            Issue.record("\(name), \(deed): \(outcomes[3])")
            continue
          }
        }
        // A task that looks whether it should end does so, and its worker lives on.
        let told = try await (0..<2).parallelMap(
          Sleep(milliseconds: 20_000), on: place, options: options)
        #expect(told == [true, true], "\(name)")
      }
    }

    @Test
    func aWorkerAboveItsMemoryIsReplaced() async throws {
      var options = TaskOptions()
      options.memory = .megabytes(200)
      let sizes = [1_000, 600_000_000, 1_000]
      for (name, place) in Self.elsewhere {
        let outcomes = try await sizes.parallelOutcomes(Fill(), on: place, options: options)
        #expect(try outcomes[0].get() == 1_000 && outcomes[2].get() == 1_000, "\(name)")
        guard case .failure(let failure) = outcomes[1],
          case .outOfMemory(let used, limit: 200_000_000) = failure.cause
        else {
          Issue.record("\(name): \(outcomes[1])")
          continue
        }
        #expect(used > 200_000_000, "\(name)")
      }
    }

    @Test
    func linesComeWithTheIndexOfTheirTask() async throws {
      for (name, place) in Self.elsewhere {
        let lines = LinesStorage()
        var options = TaskOptions()
        options.output = { lines.append($0, $1) }
        options.tasksPerWorker = 3
        let pids = try await (0..<12).parallelMap(Lines(count: 5), on: place, options: options)
        #expect(
          lines.take().map { "\($0.index): \($0.line)" }.sorted()
            == (0..<12).flatMap { i in (0..<5).map { "\(i): line \($0) of \(i)" } }.sorted(),
          "\(name)")
        #expect((4...5).contains(Set(pids).count), "\(name)")
      }
    }

    @Test
    func cancellingEndsAMapWithinTheGraceTime() async throws {
      for (name, place) in Self.places {
        var options = TaskOptions()
        options.grace = .milliseconds(200)
        let started = ContinuousClock.now
        let task = Task { [options] in
          try await (0..<100).parallelMap(
            Sleep(milliseconds: 60_000), on: place, options: options)
        }
        while started.duration(to: .now) < .milliseconds(100) { await Task.yield() }
        task.cancel()
        let result = await task.result
        #expect(throws: CancellationError.self, "\(name)") { try result.get() }
        #expect(started.duration(to: .now) < .seconds(20), "\(name)")
      }
      let left = try leftovers
      #expect(left == [])
    }

    @Test(arguments: [1, 2, 3, 8])
    func tasksKnowTheirIndexAttemptWorkerAndCores(workers: Int) async throws {
      for place in [Place.threads(workers), Self.processes(workers), Self.engines(workers)] {
        let found = try await (0..<200).parallelMap(Context(), on: place)
        #expect(found.map { Array($0.prefix(2)) } == (0..<200).map { [$0, 1] })
        #expect(found.allSatisfy { $0[2] == max(1, ThreadBudget.current.count / workers) })
        #expect(found.allSatisfy { (0..<workers).contains($0[3]) })
      }
    }

    @Test
    func aTaskThatFailsOnceIsRetriedEverywhere() async throws {
      for (name, place) in Self.places {
        let mark = FileManager.default.temporaryDirectory.appending(path: "apus-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: mark) }
        let once = Misbehave(.raiseOnce, at: 11, mark: mark)
        let failure = await #expect(throws: RemoteFailure.self, "\(name)") {
          try await (0..<30).parallelMap(once, on: place)
        }
        #expect(failure?.index == 11 && failure?.attempt == 1, "\(name)")
        try FileManager.default.removeItem(atPath: mark)
        var options = TaskOptions()
        options.retries = 1
        let found = try await (0..<30).parallelMap(once, on: place, options: options)
        #expect(found.map(\.value) == (0..<30).map { 2 * $0 }, "\(name)")
        let always = await #expect(throws: RemoteFailure.self, "\(name)") {
          try await (0..<30).parallelMap(Misbehave(.raise, at: 11), on: place, options: options)
        }
        #expect(always?.attempt == 2, "\(name)")
      }
    }

    @Test
    func aProgramThatDidNotEnterSaysSoAtOnce() async throws {
      let error = await #expect(throws: WorkerError.self) {
        try await (0..<5).parallelMap(Square(), on: .processes(2))
      }
      #expect(error?.code == .notEntered)
      let other = await #expect(throws: WorkerError.self) {
        try await (0..<5).parallelMap(Square(), on: Place.processes(2).running("/bin/false"))
      }
      #expect(other?.code == .workersDoNotStart)
      let absent = await #expect(throws: WorkerError.self) {
        try await (0..<5).parallelMap(Square(), on: Place.processes(2).running("/no/such/program"))
      }
      #expect(absent?.code == .systemRefused)
    }

    @Test
    func aFunctionThatEndsWorkersBeforeTheyBeginIsRefused() async throws {
      for (name, place) in Self.elsewhere {
        let error = await #expect(throws: WorkerError.self) {
          try await (0..<5).parallelMap(Poison(), on: place)
        }
        let code: WorkerError.Code = name.contains("engines") ? .noEngines : .workersDoNotStart
        #expect(error?.code == code, "\(name): \(error!)")
        #expect(error?.message.contains("before they had begun a task") == true, "\(error!)")
        #expect(error?.message.contains("poison on purpose") == true, "\(name)")
      }
    }

    @Test
    func optionsThatMakeNoSenseAreErrors() async throws {
      var options = TaskOptions()
      options.tasksPerWorker = 0
      let wrong = options
      let error = await #expect(throws: WorkerError.self) {
        try await (0..<5).parallelMap(Square(), on: Self.processes(2), options: wrong)
      }
      #expect(error?.code == .invalidOptions && error?.message.contains("tasksPerWorker") == true)
    }

    @Test
    func aTaskToldToEndDoesNotEndTheNextOne() async throws {
      // Each task of even index runs into its limit and ends by itself; the others must never see its word.
      var options = TaskOptions()
      options.timeLimit = .milliseconds(200)
      let times = (0..<40).map { $0 % 2 == 0 ? 10_000 : 1 }
      for (name, place) in Self.elsewhere {
        let told = try await times.parallelMap(SleepFor(), on: place, options: options)
        #expect(told == (0..<40).map { $0 % 2 == 0 }, "\(name)")
      }
    }

    @Test(arguments: [SIGKILL, SIGINT, SIGTERM])
    func workersOfAKilledProgramEndWithIt(signal: Int32) async throws {
      let run = Process()
      run.executableURL = URL(filePath: Self.program)
      let mark = "\(UUID())"
      run.arguments = ["sleep", mark]
      run.standardOutput = FileHandle.nullDevice
      run.standardError = FileHandle.nullDevice
      try run.run()
      func workers() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { id in
          guard Int(id) != nil else { return false }
          let words = (try? String(contentsOfFile: "/proc/\(id)/environ", encoding: .utf8)) ?? ""
          let line = (try? String(contentsOfFile: "/proc/\(id)/cmdline", encoding: .utf8)) ?? ""
          return words.contains("APUS_WORKER=1") && words.contains(mark)
            && line.contains("--apus-worker")
        }
      }
      let end = ContinuousClock.now + .seconds(20)
      while try workers().count < 3, ContinuousClock.now < end { await Task.yield() }
      #expect(try workers().count == 3)
      // As a terminal sends it: to the whole group.
      kill(-run.processIdentifier, signal)
      run.waitUntilExit()
      while try !workers().isEmpty, ContinuousClock.now < end { await Task.yield() }
      #expect(try workers().isEmpty)
    }

    @Test
    func aFunctionThatDrawsNumbersSaysThatItWantsStreams() async throws {
      for place in [Place.threads(2), Self.processes(2), Self.engines(2)] {
        let failure = await #expect(throws: RemoteFailure.self) {
          try await (0..<5).parallelMap(Uniforms(count: 3), on: place)
        }
        #expect(failure?.description.contains("pass `streams:`") == true)
      }
    }

    @Test
    func aFailedTaskCanBeReplayedHere() async throws {
      var lines: Set<String?> = []
      for (name, place) in Self.places {
        var seed = Seed(9)
        let outcomes = try await (0..<4).parallelOutcomes(
          Drawn(worst: 0), on: place, streams: seed.streams())
        guard case .failure(let failure) = outcomes[2] else {
          Issue.record("\(name): \(outcomes[2])")
          continue
        }
        #expect(failure.streamLine?.contains("Philox") == true, "\(name)")
        lines.insert(failure.streamLine)
        let replayed = #expect(throws: (any Error).self) { try failure.replay() }
        if case .thrown(_, let text) = failure.cause {
          #expect("\(replayed!)" == text, "\(name)")
        } else {
          Issue.record("\(name): \(failure)")
        }
      }
      #expect(lines.count == 1)
    }
  }
}
