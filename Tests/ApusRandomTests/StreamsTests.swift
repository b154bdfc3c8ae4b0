// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import TestSupport
import Testing

@Suite struct StreamsTests {
  private func words(_ generator: Philox4x64, _ count: Int = 8) -> [UInt64] {
    var generator = generator
    return (0..<count).map { _ in generator.next() }
  }

  @Test func eachMapOfASeedTakesItsOwnPlace() {
    var seed = Seed(42)
    let first = seed.streams()
    let second = seed.streams()
    #expect(words(first[0]) != words(second[0]))
    #expect(first.origin == StreamOrigin(seed: 42, spawnKey: [1]))
    #expect(second.origin == StreamOrigin(seed: 42, spawnKey: [2]))
    #expect(seed.mapCount == 2)
  }

  @Test func anOriginGivesTheSameStreamsAgain() {
    var seed = Seed.fromSystem()
    let streams = seed.streams()
    let again = Streams<Philox4x64>(at: streams.origin)
    #expect(words(streams[11]) == words(again[11]))
  }

  @Test func noTwoTasksPlacesOrSubstreamsShareABlock() {
    var seen: Set<SIMD4<UInt64>> = []
    var expected = 0
    for place in UInt32(1)...3 {
      let streams = Streams<Philox4x64>(at: StreamOrigin(seed: 5, spawnKey: [place]))
      for task in 0..<20 {
        var generator = streams[task]
        for group in 0..<2 {
          let inner = generator.substreams()
          for tree in 0..<5 {
            let drawn = words(inner[tree], 4)
            seen.insert(SIMD4(drawn[0], drawn[1], drawn[2], drawn[3]))
            expected += 1
          }
          _ = group
        }
        let own = words(generator, 4)
        seen.insert(SIMD4(own[0], own[1], own[2], own[3]))
        expected += 1
      }
    }
    #expect(seen.count == expected)
  }

  @Test func legacyStreamsAreNumPysLegacySeeds() {
    let streams = Streams.legacySeeds(from: 40)
    var ofTask = streams[2]
    var seeded = MT19937(legacySeed: 42)
    #expect((0..<700).allSatisfy { _ in ofTask.nextUInt32() == seeded.nextUInt32() })
  }

  @Test func streamsOfOtherGeneratorsTakePlacesOfTheSameTree() {
    var seed = Seed(42)
    _ = seed.streams()
    let second = seed.streams(of: PCG64.self)
    var mine = second[3]
    var direct = PCG64(SeedSequence(42, spawnKey: [2, 3]))
    #expect(mine.next() == direct.next())
    #expect(seed.mapCount == 2)
  }

  @Test func tasksBeyond32BitsHaveKeysOfTwoWords() {
    let streams = Streams.numpySpawn(5, of: PCG64.self)
    var mine = streams[1 << 32 + 7]
    var direct = PCG64(SeedSequence(5, spawnKey: [7, 1]))
    #expect(mine.next() == direct.next())
  }

  @Test(.enabled(if: RealPython.interpreter != nil, Comment(rawValue: RealPython.absence)))
  func theDocumentedLineGivesTheSameGeneratorsInNumPy() throws {
    var mine: [String] = []
    var program = "import numpy\n"
    func compare<Generator: SeedableGenerator>(_ streams: consuming Streams<Generator>) {
      for task in [0, 5, 1 << 33 + 1] {
        var generator = streams[task]
        mine += (0..<3).map { _ in Hexadecimal.text(generator.normal()) }
        program += "g = numpy.random.Generator(\(streams.origin.reproducingLine(task: task)))\n"
        program += "for v in g.standard_normal(3): print('%016x' % v.view(numpy.uint64))\n"
      }
    }
    compare(Streams.numpySpawn(9, of: PCG64.self))
    compare(Streams.numpySpawn(1 << 100, of: PCG64DXSM.self))
    compare(Streams.numpySpawn(0, of: SFC64.self))
    compare(Streams.numpySpawn(7, of: Philox4x64.self))
    compare(Streams.numpySpawn(8, of: MT19937.self))
    var seed = Seed(3)
    compare(seed.streams(of: SFC64.self))
    let list = Streams.legacySeeds([99, 7])
    var second = list[1]
    mine.append("\(second.nextUInt32())")
    program += "print(\(list.origin.reproducingLine(task: 1)).random_raw())\n"
    // For generators that NumPy lacks, the line gives the words that seed them.
    let xoshiro = Streams.numpySpawn(6, of: Xoshiro256StarStar.self)
    mine += xoshiro[4].words.map { "\($0)" }
    program += "for v in \(xoshiro.origin.reproducingLine(task: 4)): print(v)\n"
    #expect(try RealPython.lines(of: program) == mine)
  }

  @Test(.enabled(if: RealPython.interpreter != nil, Comment(rawValue: RealPython.absence)))
  func theDocumentedLineGivesTheSameNumbersInNumPy() throws {
    var seed = Seed(123_456_789_012_345_678_901_234_567_890)
    let first = seed.streams()
    let second = seed.streams()
    var parent = second[3]
    let group0 = parent.substreams()
    let group1 = parent.substreams()
    let legacy = Streams.legacySeeds(from: 7)
    var mine: [String] = []
    var program = "import numpy\n"
    func compare(_ origin: StreamOrigin, _ task: Int, _ generator: some BitGenerator) {
      var generator = generator
      mine += (0..<5).map { _ in Hexadecimal.text(generator.uniform()) }
      program += "g = numpy.random.Generator(\(origin.reproducingLine(task: task)))\n"
      program += "for v in g.random(5): print('%016x' % v.view(numpy.uint64))\n"
    }
    for task in [0, 1, 99_999] { compare(first.origin, task, first[task]) }
    for task in [0, 7] { compare(second.origin, task, second[task]) }
    for tree in [0, 1, 12] { compare(group0.origin, tree, group0[tree]) }
    for tree in [0, 5] { compare(group1.origin, tree, group1[tree]) }
    for task in [0, 35] { compare(legacy.origin, task, legacy[task]) }
    let root = StreamOrigin(seed: 42, spawnKey: [])
    compare(root, 3, Streams<Philox4x64>(at: root)[3])
    #expect(try RealPython.lines(of: program) == mine)
  }
}
