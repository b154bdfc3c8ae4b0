// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusRandom
import ContractFunctions
import Foundation
import Synchronization
import Testing

@testable import ApusWorkers

extension ProcessTests {
  /// Elements are taken one by one, and results come as they are consumed.
  @Suite(.serialized, .timeLimit(.minutes(5)))
  struct LazyResultsTests {
    /// Numbers from 0 on that note how many were taken.
    private struct Counted: Sequence, Sendable {
      let count: Int
      let taken: TakenCount

      func makeIterator() -> AnyIterator<Int> {
        var next = 0
        return AnyIterator {
          guard next < count else { return nil }
          next += 1
          taken.value.add(1, ordering: .relaxed)
          return next - 1
        }
      }
    }

    private final class TakenCount: Sendable {
      let value = Atomic(0)
      var count: Int { value.load(ordering: .relaxed) }
    }

    @Test
    func resultsComeInEitherOrderFromEveryPlace() async throws {
      for (name, place) in ContractTests.places {
        for order in [ResultOrder.input, .completion] {
          var found: [Int: Int] = [:], indices: [Int] = []
          let results = (0..<300).parallelResults(Square(), on: place, order: order)
          for try await (index, outcome) in results {
            found[index] = try outcome.get()
            indices.append(index)
          }
          #expect(found == Dictionary(uniqueKeysWithValues: (0..<300).map { ($0, $0 * $0) }))
          if order == .input { #expect(indices == Array(0..<300), "\(name)") }
        }
      }
    }

    @Test
    func streamsAreThoseOfAMap() async throws {
      var seed = Seed(2)
      let expected = try await (0..<50).parallelMap(Uniforms(count: 3), streams: seed.streams())
      for (name, place) in ContractTests.places {
        var again = Seed(2)
        var found: [Double] = []
        let results = (0..<50).parallelResults(
          Uniforms(count: 3), on: place, streams: again.streams(), order: .input)
        for try await (_, outcome) in results { found.append(try outcome.get()) }
        #expect(found == expected, "\(name)")
      }
    }

    @Test(arguments: [ResultOrder.input, .completion])
    func neverMoreElementsAreTakenThanAllowed(order: ResultOrder) async throws {
      for place in [Place.threads(2), ContractTests.processes(2)] {
        let taken = TakenCount()
        var consumed = 0
        let inputs = Counted(count: 100_000, taken: taken)
        let results = inputs.parallelResults(Square(), on: place, order: order, lookAhead: 10)
        for try await (index, outcome) in results {
          #expect(try outcome.get() == index * index)
          if order == .input { #expect(index == consumed) }
          consumed += 1
          #expect(taken.count <= consumed + 10)
        }
        #expect(consumed == 100_000)
      }
    }

    @Test(arguments: ["threads", "processes"])
    func aMillionElementsTakeConstantMemory(place: String) async throws {
      let program = Process(), pipe = Pipe()
      program.executableURL = URL(filePath: ContractTests.program)
      program.arguments = ["lazily", place, "1000000"]
      program.standardOutput = pipe
      try program.run()
      let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      program.waitUntilExit()
      let words = text.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
      #expect(program.terminationStatus == 0 && words.count == 2)
      let sum = (0..<1_000_000).reduce(0) { $0 &+ $1 &* $1 }
      #expect(words.first == Double(sum))
      // A hundredth of what the results would take, were they kept, is below a page of noise.
      #expect(words.last ?? .infinity < 4e6)
    }

    @Test
    func leavingTheLoopEndsTheMapAndItsWorkers() async throws {
      for place in [Place.threads(2), ContractTests.processes(2)] {
        let taken = TakenCount()
        let inputs = Counted(count: .max, taken: taken)
        var count = 0
        for try await _ in inputs.parallelResults(Square(), on: place) {
          count += 1
          if count == 100 { break }
        }
        #expect(count == 100 && taken.count < 1000)
      }
      // The pool ends its workers on its own thread.
      let end = ContinuousClock.now + .seconds(20)
      while try !Self.workers().isEmpty, ContinuousClock.now < end { await Task.yield() }
      #expect(try Self.workers().isEmpty)
    }

    private static func workers() throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { id in
        let stat = (try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8)) ?? ""
        let line = (try? String(contentsOfFile: "/proc/\(id)/cmdline", encoding: .utf8)) ?? ""
        let parent = stat.split(separator: ")").last?.split(separator: " ").dropFirst().first
        return line.contains("--apus-worker") && parent == "\(getpid())"
      }
    }

    @Test
    func cancellingTheConsumerEndsTheMap() async throws {
      for place in [Place.threads(2), ContractTests.processes(2)] {
        var options = TaskOptions()
        options.grace = .milliseconds(100)
        let task = Task { [options] in
          let results = (0..<5).parallelResults(
            Sleep(milliseconds: 60_000), on: place, options: options)
          for try await _ in results {}
        }
        for _ in 0..<100 { await Task.yield() }
        task.cancel()
        let result = await task.result
        #expect(throws: CancellationError.self) { try result.get() }
      }
    }

    @Test
    func aFailedTaskIsAnOutcomeAmongOthers() async throws {
      for (deed, place) in [
        (Deed.raise, Place.threads(2)), (.raise, ContractTests.processes(2)),
        (.kill, ContractTests.processes(2)),
      ] {
        var failed: [Int] = [], count = 0
        for try await (index, outcome) in (0..<40).parallelResults(
          Misbehave(deed, at: 11), on: place)
        {
          count += 1
          if case .failure(let failure) = outcome {
            failed.append(index)
            #expect(failure.index == 11 && failure.element == "11")
          }
        }
        #expect(count == 40 && failed == [11])
      }
    }

    @Test
    func aMapThatCannotBeginSaysWhyOnceAndEnds() async throws {
      let results = (0..<5).parallelResults(
        Square(), on: Place.processes(2).running("/no/such/program"))
      var iterator = results.makeAsyncIterator()
      let error = await #expect(throws: WorkerError.self) { _ = try await iterator.next() }
      #expect(error?.code == .systemRefused)
      #expect(try await iterator.next() == nil)
    }

    @Test
    func aCheckpointServesLazyMapsToo() async throws {
      let folder = FileManager.default.temporaryDirectory.appending(path: "apus-\(UUID())")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: folder) }
      let log = folder.appending(path: "log").path
      func run(_ place: Place) async throws -> [Double] {
        var seed = Seed(4)
        var checkpoint = Checkpoint(folder.appending(path: "run").path)
        checkpoint.notice = { _ in }
        var found: [Double] = []
        let results = (0..<30).parallelResults(
          Logged(scale: 1, log: log), on: place, streams: seed.streams(), order: .input,
          checkpoint: checkpoint)
        for try await (_, outcome) in results { found.append(try outcome.get()) }
        return found
      }
      let first = try await run(ContractTests.processes(2))
      let places = [Place.threads(2), ContractTests.processes(3)]
      for place in places { #expect(try await run(place) == first) }
      #expect(try Data(contentsOf: URL(filePath: log)).count == 30)
    }
  }
}
