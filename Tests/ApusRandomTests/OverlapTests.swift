// Part of Apus, Apache-2.0. See LICENSE.
import Foundation
import TestSupport
import Testing

@testable import ApusRandom

@Suite struct OverlapTests {
  private func use(_ origin: StreamOrigin, _ words: [UInt64]) -> StreamUse {
    StreamUse(origin: origin, words: words)
  }

  private func verdict(_ uses: StreamUse...) -> StreamOverlap.Verdict {
    StreamOverlap.check(uses).verdict
  }

  private func expectShared(
    _ verdict: StreamOverlap.Verdict, _ a: (Int, Int), _ b: (Int, Int),
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    guard case .shared(let first, let second) = verdict else {
      Issue.record("nothing shared: \(verdict)", sourceLocation: sourceLocation)
      return
    }
    let found = Set([[first.map, first.task], [second.map, second.task]])
    #expect(found == Set([[a.0, a.1], [b.0, b.1]]), sourceLocation: sourceLocation)
  }

  private let place1 = StreamOrigin(seed: 42, spawnKey: [1])

  @Test func theMapsOfASeedAreDisjoint() {
    let second = StreamOrigin(seed: 42, spawnKey: [2])
    #expect(verdict(use(place1, [5, 0, 1 << 40]), use(second, [9, 9])) == .disjoint)
  }

  @Test func aSeedUsedTwiceIsFound() {
    expectShared(
      verdict(use(place1, [0, 5, 5]), use(place1, [5, 0, 5])), (0, 2), (1, 2))
  }

  @Test func aTaskThatRunsIntoTheNextOnesSubstreamIsFound() {
    // A task's sub-streams lie 2^66 words apart, more than a 64-bit count can reach; so let one
    // sub-stream begin inside another.
    var generator = Philox4x64(SeedSequence(1))
    let groups = generator.substreams().origin
    let inside = StreamOrigin(
      .substreams(key: keyOf(generator), counter: [5, 1, 0, 0], word: 3))
    #expect(verdict(use(groups, [21]), use(inside, [8])) == shared(0, 0, 1, 0, groups, inside))
    #expect(verdict(use(groups, [20]), use(inside, [8])) == .disjoint)
  }

  private func keyOf(_ generator: Philox4x64) -> [UInt64] {
    [generator.key.low, generator.key.high]
  }

  private func shared(
    _ a: Int, _ s: Int, _ b: Int, _ t: Int, _ first: StreamOrigin, _ second: StreamOrigin
  ) -> StreamOverlap.Verdict {
    .shared(
      StreamTask(map: a, task: s, line: first.reproducingLine(task: s)),
      StreamTask(map: b, task: t, line: second.reproducingLine(task: t)))
  }

  @Test func theSameLegacySeedOfTwoTasksIsFound() {
    let list = StreamOrigin(.legacySeedList([7, 3, 9, 3]))
    expectShared(verdict(use(list, [1, 1, 1, 1])), (0, 1), (0, 3))
    #expect(verdict(use(list, [1, 1, 1, 0])) != .disjoint)
    let base = StreamOrigin(.legacySeeds(5))
    expectShared(verdict(use(list, [1, 0, 0, 0]), use(base, [1, 1, 1])), (0, 0), (1, 2))
  }

  @Test func differentLegacySeedsAreImprobableNotProved() throws {
    let base = StreamOrigin(.legacySeeds(0))
    guard case .improbable(let reasons) = verdict(use(base, [20_000_000, 20_000_000])) else {
      Issue.record("not improbable")
      return
    }
    #expect(reasons.count == 1 && reasons[0].statement.contains("2^-19910"))
  }

  @Test func oneTaskAloneSharesNothing() {
    #expect(verdict(use(StreamOrigin(.legacySeeds(0)), [5, 0, 0])) == .disjoint)
    #expect(StreamOverlap.check([]).verdict == .idle)
    #expect(verdict(use(StreamOrigin(.legacySeeds(0)), [0, 0])) == .idle)
  }

  @Test(arguments: ["PCG64", "PCG64DXSM", "SFC64", "Philox", "Threefry4x64", "Threefry4x32"])
  func spawnedStreamsAreDisjointAndRepeatedOnesFound(generator: String) {
    let spawned = StreamOrigin(.numpySpawn(1, spawnKey: [], generator: generator))
    let other = StreamOrigin(.numpySpawn(2, spawnKey: [], generator: generator))
    let words = [UInt64](repeating: 1 << 40, count: 300)
    #expect(verdict(use(spawned, words), use(other, words)) == .disjoint)
    expectShared(verdict(use(spawned, words), use(spawned, [0, 3])), (0, 1), (1, 1))
  }

  @Test(arguments: ["MT19937", "Xoshiro256StarStar"])
  func spawnedStreamsWithoutArithmeticAreImprobable(generator: String) {
    let spawned = StreamOrigin(.numpySpawn(1, spawnKey: [], generator: generator))
    if case .improbable = verdict(use(spawned, [5, 5])) {} else { Issue.record("proved?") }
    expectShared(verdict(use(spawned, [5, 5]), use(spawned, [0, 3])), (0, 1), (1, 1))
  }

  @Test func rsStreamsAreDisjointAndItsSchemesMeet() {
    let streams = StreamOrigin(.rStreams(5))
    let mclapply = StreamOrigin(.rMclapply(5))
    let future = StreamOrigin(.rFutureSeeds(5))
    let many = [UInt64](repeating: .max, count: 50)
    #expect(verdict(use(streams, many)) == .disjoint)
    expectShared(verdict(use(streams, [0, 0, 1]), use(mclapply, [0, 1])), (0, 2), (1, 1))
    #expect(verdict(use(streams, many), use(future, many)) == .disjoint)
    if case .improbable = verdict(use(streams, many), use(StreamOrigin(.rStreams(6)), many)) {
    } else {
      Issue.record("different seeds of R are proved?")
    }
  }

  @Test func tasksWhoseWordsAreNotKnownAreNamed() {
    let unknown = StreamUse(origin: place1, words: [5, 0, 5], unknown: [1])
    #expect(
      verdict(unknown)
        == .unknown([StreamTask(map: 0, task: 1, line: place1.reproducingLine(task: 1))]))
  }

  @Test func distancesOnACycleOfPCG64AreThoseDrawn() {
    let start = PCG64(SeedSequence(3))
    var moved = start
    for distance: UInt128 in [0, 1, 77, 1 << 100, .max] {
      moved = start
      moved.advance(by: distance)
      #expect(start.state.distance(to: moved.state, multiplier: PCG64.multiplier) == distance)
    }
  }

  @Test func wordsDrawnAreCountedByEveryGenerator() {
    func check<Generator: BitGenerator>(_ fresh: Generator, perWord: UInt64 = 1) {
      var generator = fresh
      _ = generator.uniforms(count: 5)
      let start = generator
      #expect(generator.words(since: start) == 0)
      var scalar = generator
      for _ in 0..<1001 { _ = scalar.next() }
      #expect(scalar.words(since: start) == 1001 * perWord, "\(Generator.self)")
      var words = [UInt64](repeating: 0, count: 1001)
      var span = words.mutableSpan
      generator.fillWords(&span)
      #expect(generator.words(since: start) == 1001 * perWord, "\(Generator.self) bulk")
    }
    let sequence = SeedSequence(8)
    check(Philox4x64(sequence))
    check(PCG64(sequence))
    check(PCG64DXSM(sequence))
    check(SFC64(sequence))
    check(Xoshiro256StarStar(sequence))
    check(Threefry4x64(sequence))
    check(Threefry4x32(sequence), perWord: 2)
    check(Philox4x32(sequence), perWord: 2)
    check(MT19937(sequence), perWord: 2)
    check(MRG32k3a(setSeed: 1), perWord: 4)
    check(RMersenneTwister(setSeed: 1), perWord: 4)
  }

  @Test func aGeneratorThatWasMovedDoesNotSayWhatItDrew() {
    func check<Generator: BitGenerator>(_ start: Generator, _ move: (inout Generator) -> Void) {
      var generator = start
      move(&generator)
      #expect(generator.words(since: start) == nil, "\(Generator.self)")
    }
    check(MT19937(legacySeed: 1)) { $0.jump(MT19937.Jump(words: 1 << 70)) }
    check(MT19937(legacySeed: 1)) { $0 = $0.numpyJumped() }
    check(MRG32k3a(setSeed: 1)) { $0.leap(streams: 1) }
    check(Xoshiro256StarStar(splitMixSeed: 1)) { $0.jump() }
    check(Philox4x64(SeedSequence(1))) { $0 = $0.jumped() }
    check(Philox4x64(SeedSequence(1))) { $0 = Philox4x64(SeedSequence(2)) }
    check(PCG64(SeedSequence(1))) { $0 = $0.jumped() }
    check(PCG64(SeedSequence(1))) { $0 = PCG64(SeedSequence(2)) }
    check(SFC64(SeedSequence(1))) { $0 = SFC64(SeedSequence(2)) }
    check(MT19937(legacySeed: 1)) { $0 = MT19937(legacySeed: 2) }
    check(MRG32k3a(setSeed: 1)) { $0 = MRG32k3a(setSeed: 2) }
    check(Xoshiro256StarStar(splitMixSeed: 1)) { $0 = Xoshiro256StarStar(splitMixSeed: 2) }
    check(Threefry4x64(SeedSequence(1))) { $0 = Threefry4x64(SeedSequence(2)) }
    check(Threefry4x32(SeedSequence(1))) { $0 = $0.jumped() }
    check(Philox4x32(SeedSequence(1))) { $0 = $0.jumped() }
    check(RMersenneTwister(setSeed: 1)) { $0 = RMersenneTwister(setSeed: 2) }
    check(PCG64DXSM(SeedSequence(1))) { $0.advance(by: 1) }
    // Moving there and back is a move too: in between it may have drawn another task's words.
    check(Philox4x64(SeedSequence(1))) {
      $0.advance(blocks: (0, 0, 1, 0))
      $0.advance(blocks: (0, 0, .max, .max))
    }
  }

  @Test func streamsOfOneSeedAreToldApart() {
    // Each is a leap from the same start; substituting one for another is noticed.
    let r = Streams.rStreams(setSeed: 1).makeSource()
    let philox = Streams<Philox4x64>(at: place1).makeSource()
    for (a, b) in [(1, 2), (2, 4), (3, 5), (0, 1)] {
      #expect(r[b].words(since: r[a]) == nil)
      #expect(philox[b].words(since: philox[a]) == nil)
    }
  }

  @Test func drawingByTheLegacyRulesIsCounted() {
    var generator = MT19937(legacySeed: 5)
    let start = generator
    let value = generator.withRandomState { $0.uniform() + $0.uniform() }
    var plain = MT19937(legacySeed: 5)
    #expect(value == plain.uniform() + plain.uniform())
    #expect(generator.words(since: start) == 4)
    #expect(generator.next() == plain.next())
  }

  @Test func countingPointsByJumpingCountsTheWords() {
    let start = MT19937(legacySeed: 1)
    let jump = MT19937.Jump(words: 2 * 20_000)
    var jumping = start
    var storing = start
    let hits = jumping.quarterCircleHits(points: 20_000, jump: jump)
    #expect(hits == storing.quarterCircleHits(points: 20_000))
    #expect(jumping.words(since: start) == 80_000)
    #expect(storing.words(since: start) == 80_000)
    _ = jumping.next()
    #expect(jumping.words(since: start) == 80_002)
  }

  @Test func aGeneratorOfSomebodyElseIsNeverProved() {
    struct PCG64: SeedableGenerator {
      var state: UInt8
      init(_ sequence: SeedSequence) { state = UInt8(truncatingIfNeeded: sequence.pool[0]) }
      mutating func next() -> UInt64 { 0 }
      mutating func nextUInt32() -> UInt32 { 0 }
    }
    let origin = Streams.numpySpawn(1, of: PCG64.self).origin
    #expect(origin.generator == "custom PCG64")
    if case .improbable = verdict(use(origin, [1, 1])) {} else { Issue.record("proved?") }
    let unknown = StreamOrigin(.numpySpawn(1, spawnKey: [], generator: "Philox4x64"))
    if case .improbable = verdict(use(unknown, [1, 1])) {} else { Issue.record("proved?") }
  }

  @Test func seedsOfRThatGiveOneStateAreFound() {
    let a = StreamOrigin(.rStreams(566_427_221))
    let b = StreamOrigin(.rStreams(-295_372_014))
    #expect(MRG32k3a(setSeed: 566_427_221).words == MRG32k3a(setSeed: -295_372_014).words)
    expectShared(verdict(use(a, [1]), use(b, [1])), (0, 0), (1, 0))
  }

  @Test func countersThatCarryAreFollowed() {
    let before = StreamOrigin(.substreams(key: [1, 2], counter: [.max, .max, 5, 0], word: 3))
    let after = StreamOrigin(.substreams(key: [1, 2], counter: [0, 0, 6, 0], word: 3))
    expectShared(verdict(use(before, [10]), use(after, [10])), (0, 0), (1, 0))
    let last = StreamOrigin(
      .substreams(key: [1, 2], counter: [.max - 1, .max, .max, .max], word: 3))
    let first = StreamOrigin(.substreams(key: [1, 2], counter: [0, 0, 0, 0], word: 1))
    expectShared(verdict(use(last, [12]), use(first, [10])), (0, 0), (1, 0))
    #expect(verdict(use(last, [8]), use(first, [10])) == .disjoint)
  }

  @Test func anOriginComesBackFromJSON() throws {
    let origins: [StreamOrigin] = [
      place1, StreamOrigin(seed: .max, spawnKey: []),
      StreamOrigin(.substreams(key: [1, .max], counter: [0, 1, 2, 3], word: 3)),
      StreamOrigin(.numpySpawn(7, spawnKey: [3], generator: "PCG64")),
      StreamOrigin(.legacySeeds(9)),
      StreamOrigin(.legacySeedList([3, 1])), StreamOrigin(.rStreams(-4)),
      StreamOrigin(.rMclapply(4)), StreamOrigin(.rFutureSeeds(4)),
    ]
    let data = try JSONEncoder().encode(origins)
    #expect(try JSONDecoder().decode([StreamOrigin].self, from: data) == origins)
  }
}
