// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusRandom
import ContractFunctions
import Foundation
import Testing

@testable import ApusWorkers

extension ProcessTests.ContractTests {
  @Test
  func anErrorOfATaskIsItsOwnEverywhere() async throws {
    for (name, place) in Self.places {
      let outcomes = try await (0..<50).parallelOutcomes(Misbehave(.raise, at: 7), on: place)
      for (index, outcome) in outcomes.enumerated() {
        if case .failure(let failure) = outcome, case .thrown(let type, let text) = failure.cause {
          #expect(
            index == 7 && failure.index == 7 && failure.element == "7"
              && type.hasSuffix("DeedError") && text == "element 7 is not wanted", "\(name)")
        } else {
          #expect(try outcome.get().value == 2 * index && index != 7, "\(name)")
        }
      }
    }
  }

  /// What a map of a closure on threads gives.
  private static func fromClosure() -> [Double] {
    var seed = Seed(3)
    return (0..<40).parallelMap(streams: seed.streams()) { x, rng in Double(x) + rng.uniform() }
  }

  @Test
  func tasksHaveTheStreamsOfTheirElementsIndices() async throws {
    let all = Self.fromClosure()
    let function = Uniforms(count: 1)
    for (name, place) in [("2 threads", Place.threads(2))] + Self.elsewhere {
      func streams() -> Streams<TaskStream> {
        var seed = Seed(3)
        return seed.streams()
      }
      let range = try await (10..<20).parallelMap(function, on: place, streams: streams())
      let closed = try await (10...19).parallelMap(function, on: place, streams: streams())
      let slice = try await Array(0..<40)[10..<20].parallelMap(
        function, on: place, streams: streams())
      let named = try await [12, 30].parallelMap(
        function, on: place, streams: streams(), indices: [12, 30])
      #expect(range == Array(all[10..<20]) && closed == range && slice == range, "\(name)")
      #expect(named == [all[12], all[30]], "\(name)")
      let outcomes = try await (10...19).parallelOutcomes(
        function, on: place, streams: streams(), indices: Array((10...19)))
      #expect(try outcomes.map { try $0.get() } == range, "\(name)")
      var lazy: [Double] = []
      for try await (_, outcome) in (10...19).parallelResults(
        function, on: place, streams: streams(), order: .input)
      {
        lazy.append(try outcome.get())
      }
      #expect(lazy == range, "\(name)")
      let path = FileManager.default.temporaryDirectory.appending(path: "apus-\(UUID())").path
      defer { try? FileManager.default.removeItem(atPath: path) }
      let kept = try await [12, 30].parallelMap(
        function, on: place, streams: streams(), indices: [12, 30], checkpoint: Checkpoint(path))
      #expect(kept == named, "\(name)")
      let other = await #expect(throws: WorkerError.self) {
        try await [12, 30].parallelMap(
          function, on: place, streams: streams(), checkpoint: Checkpoint(path))
      }
      #expect(other?.message.contains("other indices") == true, "\(name): \(other!)")
    }
  }

  @Test
  func aTaskThatLooksEndsAtItsTimeLimitEverywhere() async throws {
    var options = TaskOptions()
    options.timeLimit = .milliseconds(100)
    for (name, place) in [("2 threads", Place.threads(2))] + Self.elsewhere {
      let told = try await [60_000, 1, 60_000].parallelMap(
        SleepFor(), on: place, options: options)
      #expect(told == [true, false, true], "\(name)")
    }
    options.memory = .megabytes(100)
    let limited = options
    let refused = await #expect(throws: WorkerError.self) {
      try await [1].parallelMap(SleepFor(), on: .threads, options: limited)
    }
    #expect(refused?.code == .invalidOptions)
  }

  @Test
  func whatWorkersStartHasTheirShareOfTheCores() async throws {
    let found = try await (0..<2).parallelMap(Variables(), on: Self.processes(2))
    let share = max(1, ThreadBudget.current.count / 2)
    for variables in found {
      #expect(variables.contains("APUS_NUM_THREADS=\(share)"))
      let isSet = getenv("OMP_NUM_THREADS") != nil
      #expect(isSet || variables.contains("OMP_NUM_THREADS=\(share)"))
    }
  }

  @Test
  func namesThatNoFunctionHasAreRefused() {
    for text in [
      "", "$", "$4", "a.b", "é", "\u{0}", "Si", String(repeating: "a", count: 501), "@x",
    ] {
      #expect(TypeName(text)?.type == nil, "\(text)")
    }
  }

  @Test
  func aKernelsKillBelowALimitSaysSo() {
    let cause = RemoteFailure.Cause.outOfMemory(used: 3_100_000_000, limit: 4_000_000_000)
    #expect(
      "\(cause)"
        == "its worker was killed by signal 9, probably for memory: it had 3.1 GB of the 4.0 GB allowed"
    )
    let above = RemoteFailure.Cause.outOfMemory(used: 4_100_000_000, limit: 4_000_000_000)
    #expect("\(above)".contains("was ended because it had 4.1 GB of the 4.0 GB allowed"))
  }

  @Test
  func progressTellsFailuresFromResultsEverywhere() async throws {
    for (name, place) in Self.places {
      let progress = MapProgress()
      _ = try await (0..<50).parallelOutcomes(
        Misbehave(.raise, at: 7), on: place, progress: progress)
      let counts = progress.snapshot()
      #expect(counts.done == 49 && counts.failed == 1 && counts.total == 50, "\(name)")
    }
  }

  @Test
  func whatCannotBeDecodedFailsItsTaskAlone() async throws {
    let inputs = (0..<20).map { Picky($0) }
    for (name, place) in Self.elsewhere {
      let taken = try await inputs.parallelOutcomes(TakePicky(), on: place)
      let made = try await (0..<20).parallelOutcomes(MakePicky(), on: place)
      for index in 0..<20 where index != 7 {
        #expect(try taken[index].get() == index && made[index].get().value == index, "\(name)")
      }
      for failure in [taken[7].failure, made[7].failure] {
        guard case .coding(let text) = failure?.cause else {
          Issue.record("\(name): \(String(describing: failure))")
          continue
        }
        #expect(text.contains("cannot be decoded") && text.contains("it is 7 on purpose"))
      }
    }
  }

  @Test
  func eachProcessIsPreparedOnceAMap() async throws {
    let found = try await (0..<100).parallelMap(Prepared(.nothing), on: Self.processes(2))
    #expect(found == Array(repeating: 1, count: 100))
    let before = try await (0..<1).parallelMap(Prepared(.nothing))[0]
    let here = try await (0..<100).parallelMap(Prepared(.nothing), on: .threads(3))
    #expect(here == Array(repeating: before + 1, count: 100))
  }

  @Test
  func aFunctionThatCannotPrepareEndsTheMapAndSaysWhy() async throws {
    for place in [Place.threads(2), Self.processes(1), Self.processes(3)] {
      let error = await #expect(throws: WorkerError.self) {
        try await (0..<5).parallelMap(Prepared(.raise), on: place)
      }
      #expect(error?.code == .notPrepared)
      #expect(error?.message.contains("there is no licence") == true, "\(error!)")
      let lazy = await #expect(throws: WorkerError.self) {
        for try await _ in (0..<5).parallelResults(Prepared(.raise), on: place) {}
      }
      #expect(lazy?.code == .notPrepared)
    }
    let left = await #expect(throws: WorkerError.self) {
      try await (0..<5).parallelMap(Prepared(.exit), on: Self.processes(2))
    }
    #expect(left?.code == .workersDoNotStart)
    #expect(left?.message.contains("status 5") == true, "\(left!)")
  }

  @Test
  func aFunctionWithoutANameOfItsOwnIsFoundByThatOfItsRegistration() async throws {
    let refused = await #expect(throws: WorkerError.self) {
      try await (0..<5).parallelMap(hiddenFunction(), on: Self.processes(2))
    }
    #expect(refused?.code == .functionNotFound)
    #expect(refused?.message.contains("enter(functions:)") == true)
    RegisteredFunctionsStorage.register(hiddenFunctions)
    for (name, place) in Self.elsewhere {
      let found = try await (0..<5).parallelMap(hiddenFunction(), on: place)
      #expect(found == [0, 3, 6, 9, 12], "\(name)")
    }
  }

  @Test
  func workersOfAnotherBuildAreRefusedByName() {
    let own = Hello()
    #expect(own.problem(isSameProgram: true) == nil)
    let rebuilt = Hello(version: own.version, build: own.build &+ 1)
    #expect(rebuilt.problem(isSameProgram: true)?.message.contains("has changed") == true)
    #expect(rebuilt.problem(isSameProgram: false) == nil)
    let newer = Hello(version: 99, build: own.build)
    #expect(newer.problem(isSameProgram: false)?.message.contains("version 99") == true)
  }

  @Test
  func longResultsComeBackThroughSharedMemoryOverAndOver() async throws {
    for (workers, count) in [(1, 8192), (2, 10_000), (3, 1_000_000), (8, 100_000)] {
      let inputs = (0..<40).map { Double($0) }
      for place in [Self.processes(workers), Self.engines(workers)] {
        let found = try await inputs.parallelMap(Numbers(count: count), on: place)
        #expect(found == inputs.map { [Double](repeating: $0, count: count) })
      }
    }
  }

  @Test
  func longResultsAreKeptWithACheckpoint() async throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "apus-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let elements = (0..<9).map { Double($0) }
    let expected = elements.map { [Double](repeating: $0, count: 20_000) }
    for (name, place) in Self.elsewhere {
      let found = try await elements.parallelMap(
        Numbers(count: 20_000), on: place, checkpoint: Checkpoint(path))
      #expect(found == expected, "\(name)")
    }
  }

  @Test
  func aLimitCountsForATaskBehindQuickOnes() async throws {
    var options = TaskOptions()
    options.timeLimit = .milliseconds(300)
    options.grace = .milliseconds(100)
    for (name, place) in Self.elsewhere {
      let outcomes = try await (0..<400).parallelOutcomes(
        Misbehave(.ignoreTermination, at: 333), on: place, options: options)
      let failed = outcomes.indices.filter { (try? outcomes[$0].get().value) != 2 * $0 }
      #expect(failed == [333], "\(name)")
    }
  }

  @Test
  func resultsArriveWhileALaterTaskOfTheirWorkerIsInWork() async throws {
    // All of 200 quick tasks and one that waits for a file, which is made when the others have arrived.
    let file = FileManager.default.temporaryDirectory.appending(path: "apus-\(UUID())")
    defer { try? FileManager.default.removeItem(at: file) }
    var arrived = 0
    for try await (_, outcome) in (0..<200).parallelResults(
      AwaitFile(path: file.path, at: 150), on: Self.processes(1), lookAhead: 1000)
    {
      _ = try outcome.get()
      arrived += 1
      if arrived == 150 { try Data().write(to: file) }
    }
    #expect(arrived == 200)
  }

  @Test(.enabled(if: ProcessInfo.processInfo.physicalMemory > 15_000_000_000, "needs 15 GB"))
  func aResultOfThreeGigabytesComesBack() async throws {
    let count = 3_000_000_000
    let found = try await (1..<2).parallelMap(ManyBytes(count: count), on: Self.processes(1))
    #expect(found[0].count == count && found[0].last == 1 && found[0][count / 2] == 1)
  }

  @Test
  func aWorkerThatLeaksIsReplacedAndFailsNoTask() async throws {
    var options = TaskOptions()
    options.replacementMemory = .megabytes(150)
    for place in [Self.processes(1), Self.engines(1)] {
      let pids = try await (0..<12).parallelMap(
        Leak(byteCount: 60_000_000), on: place, options: options)
      // The third task of each worker brings it above the limit.
      #expect(
        Set(pids).count == 4
          && pids == pids.sorted { pids.firstIndex(of: $0)! < pids.firstIndex(of: $1)! })
    }
  }

  /// A control group of the kernel's with little memory; nil where the test may not make one.
  private static let smallGroup: String? = {
    let path = "/sys/fs/cgroup/memory/apus-\(getpid())"
    guard mkdir(path, 0o700) == 0 else { return nil }
    let limit = Data("100000000".utf8)
    return (try? limit.write(to: URL(filePath: path + "/memory.limit_in_bytes"))).map { path }
  }()

  @Test(.enabled(if: smallGroup != nil, "needs the right to make a control group for memory"))
  func aWorkerThatTheKernelEndsForMemoryFailsItsTaskBySayingSo() async throws {
    let group = try #require(Self.smallGroup)
    defer { rmdir(group) }
    let outcomes = try await [10, 600_000_000, 20].parallelOutcomes(
      ExceedGroup(group: group), on: Self.processes(1))
    #expect(try outcomes[0].get() == 10 && outcomes[2].get() == 20)
    guard case .outOfMemory(_, limit: nil) = outcomes[1].failure?.cause else {
      Issue.record("\(outcomes[1])")
      return
    }
    #expect("\(outcomes[1].failure!)".contains("probably for memory"))
  }
}

extension Result {
  fileprivate var failure: Failure? {
    if case .failure(let failure) = self { failure } else { nil }
  }
}
