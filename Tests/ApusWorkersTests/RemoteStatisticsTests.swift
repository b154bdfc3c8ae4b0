// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusRandom
import ApusStatistics
import ApusTables
import Foundation
import StatisticsFunctions
import Testing

@testable import ApusWorkers

extension ProcessTests {
  /// Statistics give the same bits from closures, on threads and in worker processes, also if workers are lost.
  @Suite(.serialized, .timeLimit(.minutes(5)))
  final class RemoteStatisticsTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "apus-\(UUID())")

    init() throws {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// A file that says that a worker was killed.
    private func mark() -> String { folder.appending(path: "\(UUID())").path }

    private func checkpoint(_ name: String) -> Checkpoint {
      var checkpoint = Checkpoint(folder.appending(path: name).path, accepting: [.function])
      checkpoint.notice = { _ in }
      return checkpoint
    }

    private static let retrying: TaskOptions = {
      var options = TaskOptions()
      options.retries = 1
      return options
    }()

    private static func places(_ workers: Int) -> [Place] {
      [.threads(workers), ContractTests.processes(workers), ContractTests.engines(workers)]
    }

    private static let sample = (0..<40).map { Double($0 * $0 % 97) }

    @Test(arguments: [1, 2, 3, 8])
    func bootstrapsAreTheSameEverywhere(workers: Int) async throws {
      var seed = Seed(5)
      let expected = try await bootstrap(Self.sample, resamples: 60, streams: seed.streams()) {
        sample -> Double in
        sample.reduce(0, +) / Double(sample.count)
      }
      for place in Self.places(workers) {
        var again = Seed(5)
        let found = try await bootstrap(
          Self.sample, resamples: 60, on: place, streams: again.streams(), statistic: Mean())
        #expect(found.replicates == expected.replicates && found.estimate == expected.estimate)
        #expect(found.origin == expected.origin)
      }
    }

    @Test(arguments: [1, 2, 3, 8])
    func lostWorkersAndResumedRunsChangeNoNumber(workers: Int) async throws {
      let place = ContractTests.processes(workers)
      var seed = Seed(6), kept = Seed(6), killed = Seed(6)
      let expected = try await monteCarlo(50, streams: seed.streams(), experiment: Walk(steps: 20))
      let half = try await monteCarlo(
        25, on: .threads, streams: kept.streams(), checkpoint: checkpoint("walk\(workers)"),
        experiment: Walk(steps: 20))
      #expect(half.values == Array(expected.values.prefix(25)))
      let found = try await monteCarlo(
        50, on: place, streams: killed.streams(), options: Self.retrying,
        checkpoint: checkpoint("walk\(workers)"), experiment: Walk(steps: 20, mark: mark()))
      #expect(found.values == expected.values)
      var one = Seed(6), other = Seed(6)
      let replicates = try await bootstrap(
        Self.sample, resamples: 30, streams: one.streams(), statistic: Mean()
      ).replicates
      // The bootstrap's estimate is computed here, so that only a worker can be killed.
      let again = try await bootstrap(
        Self.sample, resamples: 30, on: place, streams: other.streams(), options: Self.retrying,
        statistic: Mean(mark: mark())
      ).replicates
      #expect(again == replicates)
    }

    @Test(arguments: [1, 2, 3, 8])
    func aBootstrapThatWasCutShortGoesOn(workers: Int) async throws {
      var seed = Seed(8)
      let expected = try await bootstrap(
        Self.sample, resamples: 200, streams: seed.streams(), statistic: Mean()
      ).replicates
      for place in Self.places(workers) {
        // The worker of the eighth resample is killed, which ends the map.
        let mark = mark(), name = "bootstrap-\(UUID())"
        var cut = Seed(8)
        await #expect(throws: RemoteFailure.self) {
          _ = try await bootstrap(
            Self.sample, resamples: 200, on: ContractTests.processes(workers),
            streams: cut.streams(), checkpoint: checkpoint(name), statistic: Mean(mark: mark))
        }
        let kept = try #require(try CheckpointSummary(path: checkpoint(name).path))
        #expect(kept.finished < 200)
        var again = Seed(8)
        let found = try await bootstrap(
          Self.sample, resamples: 200, on: place, streams: again.streams(),
          checkpoint: checkpoint(name), statistic: Mean(mark: mark))
        #expect(found.replicates == expected)
      }
    }

    @Test
    func theFunctionsOfStatisticsArePreparedToo() async throws {
      for place in [Place.threads(2), ContractTests.processes(2)] {
        var one = Seed(1), two = Seed(2), three = Seed(3)
        let refusals = [
          await #expect(throws: WorkerError.self) {
            _ = try await leaveOneOut(
              of: 4, on: place, streams: one.streams(), predict: Unprepared<Fold, Double>())
          },
          await #expect(throws: WorkerError.self) {
            _ = try await kFold(
              of: 4, folds: 2, on: place, streams: two.streams(),
              predict: Unprepared<Fold, [Double]>())
          },
        ]
        #expect(refusals.allSatisfy { $0?.code == .notPrepared }, "\(place)")
        let other = await #expect(throws: WorkerError.self) {
          _ = try await bootstrap(
            Self.sample, resamples: 4, on: place, streams: three.streams(),
            statistic: Unprepared<[Double], Double>())
        }
        #expect("\(other!)".contains("not ready"), "\(place)")
      }
    }

    @Test(arguments: [1, 2, 3, 8])
    func crossValidationIsTheSameEverywhere(workers: Int) async throws {
      var drawing = Seed(1)
      var draw = drawing.streams()[0]
      let columns = (0..<3).map { _ in (0..<30).map { _ in draw.normal() } }
      let target = (0..<30).map { columns[0][$0] + 2 * columns[1][$0] }
      let data = try TrainingSet(features: FeatureTable(columns: columns), values: target)
      var seed = Seed(7)
      let expected = try await leaveOneOut(of: 30, streams: seed.streams()) { training, row, rng in
        try RandomForestRegressor(
          data, rows: training, options: ForestOptions(trees: 5), streams: rng.substreams()
        ).predict(data.table.row(row))
      }
      var folded = Seed(8)
      let means = try await kFold(of: 30, folds: 4, streams: folded.streams()) {
        training, held, rng -> [Double] in
        let mean = training.reduce(0) { $0 + target[$1] } / Double(training.count)
        return held.map { _ in mean + rng.uniform() }
      }
      for place in Self.places(workers) {
        var one = Seed(7), other = Seed(8)
        let isRemote = "\(place)".contains("processes")
        let predicted = try await leaveOneOut(
          of: 30, on: place, streams: one.streams(), options: Self.retrying,
          predict: ForestOfOthers(data: data, mark: isRemote ? mark() : ""))
        #expect(predicted == expected)
        let found = try await kFold(
          of: 30, folds: 4, on: place, streams: other.streams(),
          predict: MeanOfOthers(values: target))
        #expect(found == means)
      }
    }

    @Test func aTrainingSetThatArrivesIsTheSameOrRefused() throws {
      let table = try FeatureTable(columns: [[3, 1, .nan, 2]])
      let data = try TrainingSet(features: table, classes: [0, 1, 1, 0], classCount: 2)
      var bytes = try BinaryEncoder.encode(data)
      let found = try BinaryDecoder.decode(TrainingSet.self, from: bytes)
      #expect(found.table.names == table.names && found.table.columns[0][3] == 2)
      // The last class becomes one that does not exist.
      let place = try #require(bytes.lastIndex(of: 2))
      bytes[place] = 1
      #expect(throws: (any Error).self) { try BinaryDecoder.decode(TrainingSet.self, from: bytes) }
    }

    /// How many threads of this process's workers are running or could be.
    private static func runningThreads() -> Int {
      let files = FileManager.default
      func status(_ path: String) -> [Substring] {
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        return text.split(separator: ")").last?.split(separator: " ") ?? []
      }
      let workers = ((try? files.contentsOfDirectory(atPath: "/proc")) ?? []).filter { id in
        guard Int(id) != nil, status("/proc/\(id)/stat").dropFirst().first == "\(getpid())" else {
          return false
        }
        let line = (try? String(contentsOfFile: "/proc/\(id)/cmdline", encoding: .utf8)) ?? ""
        return line.contains("--apus-worker")
      }
      return workers.reduce(0) { sum, id in
        let threads = (try? files.contentsOfDirectory(atPath: "/proc/\(id)/task")) ?? []
        return sum + threads.count { status("/proc/\(id)/task/\($0)/stat").first == "R" }
      }
    }

    @Test func theTreeOfProcessesRunsNoMoreThreadsThanThereAreCores() async throws {
      let budget = ThreadBudget.current.count
      for workers in 1...max(1, budget) {
        // Threads of a library of linear algebra wait in a loop for some time: they only count where each worker has one core.
        let order = workers == budget ? 200 : 0
        let map = Task {
          try await (0..<workers).parallelMap(
            BusyProducts(order: order, milliseconds: 1500), on: ContractTests.processes(workers))
        }
        var counts: [Int] = []
        let end = ContinuousClock.now + .milliseconds(1300)
        while ContinuousClock.now < end { counts.append(Self.runningThreads()) }
        let products = try await map.value
        #expect(products.allSatisfy { $0 > 0 })
        // Threads are looked at one after the other, so that one may be counted that has just handed on its work.
        let above = counts.count { $0 > budget }
        #expect(counts.max() ?? 0 >= 1 && above * 50 <= counts.count, "\(workers): \(counts)")
      }
    }

    @Test func mapsWithinMapsOfWorkersUseTheirShareOfTheCores() async throws {
      let budget = ThreadBudget.current.count
      for workers in [1, 2, 3] {
        let busy = try await (0..<(2 * workers)).parallelMap(
          BusyThreads(), on: ContractTests.processes(workers))
        #expect(busy.allSatisfy { (1...max(1, budget / workers)).contains($0) }, "\(busy)")
      }
    }
  }
}
