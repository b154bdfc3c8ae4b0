// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import TestSupport
import Testing

@testable import ApusParallel

@Suite struct StreamRecordTests {
  @Test(arguments: workerCounts, [1, 7, 100])
  func aMapRecordsWhatEachTaskDrew(workers: Int, chunk: Int) {
    let record = StreamRecord()
    var seed = Seed(4)
    let outputs = (0..<100).parallelMap(
      streams: seed.streams(), workers: workers, chunk: chunk, record: record
    ) { i, rng in rng.uniforms(count: 3 * i).count }
    let use = record.uses.maps[0]
    #expect(record.uses.maps.count == 1 && use.unknown.isEmpty)
    #expect(use.words == outputs.map { UInt64($0) })
    #expect(use.origin == StreamOrigin(seed: 4, spawnKey: [1]))
  }

  @Test func recordingChangesNoNumber() {
    func draw(_ record: StreamRecord?) -> [Double] {
      (0..<50).parallelMap(streams: Streams.legacySeeds(from: 3), workers: 3, record: record) {
        _, rng in rng.normals(count: 700).reduce(0, +)
      }
    }
    #expect(draw(nil) == draw(StreamRecord()))
  }

  @Test func aTaskThatFailsIsRecordedToo() {
    struct Stop: Error {}
    let record = StreamRecord()
    var seed = Seed(4)
    #expect(throws: TaskFailure.self) {
      try (0..<5).parallelMap(streams: seed.streams(), workers: 1, record: record) { i, rng in
        _ = rng.uniforms(count: 8)
        if i == 2 { throw Stop() }
      }
    }
    #expect(record.uses.maps[0].words == [8, 8, 8, 0, 0])
  }

  @Test func asyncAndLazyMapsRecord() async throws {
    let record = StreamRecord()
    var seed = Seed(5)
    _ = try await (1...4).parallelMap(streams: seed.streams(), record: record) { i, rng in
      rng.uniforms(count: i).count
    }
    for try await _ in (1...4).parallelResults(
      streams: seed.streams(), record: record,
      { i, rng in
        rng.uniforms(count: 2 * i).count
      })
    {}
    #expect(record.uses.maps.map(\.words) == [[0, 1, 2, 3, 4], [0, 2, 4, 6, 8]])
    #expect(StreamOverlap.check(record.uses.maps).verdict == .disjoint)
  }

  @Test func mapsWithinTasksAreRecordedAsMapsOfTheirOwn() {
    let record = StreamRecord()
    var seed = Seed(6)
    _ = (0..<3).parallelMap(streams: seed.streams(), workers: 2, record: record) { _, rng in
      let inner = (0..<4).parallelMap(streams: rng.substreams(), record: record) { _, rng in
        rng.normal()
      }
      return inner.reduce(rng.normal(), +)
    }
    let report = StreamOverlap.check(record.uses.maps)
    #expect(record.uses.maps.count == 4 && report.tasks == 15)
    #expect(report.verdict == .disjoint)
  }

  @Test(arguments: workerCounts) func theSearchFindsWhatArithmeticCannot(workers: Int) {
    // Tasks with the same seed begin with the same words; streams of different seeds do not overlap;
    // task 1 of rStreams begins where task 0 of rMclapply does.
    func found(_ uses: StreamUse...) -> [Int]? {
      StreamSearch.sharedPair(in: uses, workers: workers).map { [$0.0.task, $0.1.task] }
    }
    let different = Streams.legacySeeds(from: 3).origin
    #expect(found(StreamUse(origin: different, words: [5000, 7, 100_000])) == nil)
    let same = Streams.legacySeeds([7, 9, 7]).origin
    #expect(found(StreamUse(origin: same, words: [10, 10, 10])) == [0, 2])
    #expect(found(StreamUse(origin: same, words: [10, 10, 0])) == nil)
    let xoshiro = Streams.numpySpawn(1, of: Xoshiro256StarStar.self).origin
    #expect(found(StreamUse(origin: xoshiro, words: [3000, 3000, 3000])) == nil)
    let r = [Streams.rStreams(setSeed: 1).origin, Streams.rMclapply(setSeed: 1).origin]
    #expect(
      found(StreamUse(origin: r[0], words: [5, 5]), StreamUse(origin: r[1], words: [9])) == [1, 0])
    #expect(found(StreamUse(origin: r[0], words: [5]), StreamUse(origin: r[1], words: [9])) == nil)
  }

  @Test func theSearchFindsABeginningInTheMiddle() {
    // A generator that starts where another is after 1000 words is found only if that one drew more.
    var later = MT19937(legacySeed: 5)
    for _ in 0..<1000 { _ = later.nextUInt32() }
    let start = later
    func found(_ count: UInt64) -> Int? {
      let tasks = [MT19937(legacySeed: 5), start].enumerated().map { i, generator in
        SearchedTask(map: 0, task: i, count: i == 0 ? count : 1) { WordsOfTwister(generator) }
      }
      let beginnings = Beginnings(
        tasks.map { task in
          var words = task.makeWords()
          return words.window()
        })
      return beginnings.taskWithin(tasks, 0)
    }
    #expect(found(1000) == nil)
    #expect(found(1001) == 1)
    #expect(found(9000) == 1)
  }

  @Test func aGeneratorReplacedWithinATaskIsNotHidden() {
    let record = StreamRecord()
    var seed = Seed(6)
    _ = (0..<3).parallelMap(streams: seed.streams(), record: record) { i, rng in
      if i == 1 { rng = Philox4x64(SeedSequence(1)) }
      return rng.normal()
    }
    #expect(record.uses.maps[0].unknown == [1])
  }
}
