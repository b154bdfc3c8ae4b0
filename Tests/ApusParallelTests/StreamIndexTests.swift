// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusRandom
import TestSupport
import Testing

/// Each element gets the stream of its index, so that a run can be done in parts.
@Suite struct StreamIndexTests {
  private func draws(_ indices: [Int]? = nil, of parts: [Range<Int>]) -> [UInt64] {
    parts.flatMap { part in
      var seed = Seed(7)
      return part.parallelMap(streams: seed.streams(), indices: indices) { _, rng in rng.next() }
    }
  }

  @Test func partsOfARangeHaveTheStreamsOfTheWhole() {
    let whole = draws(of: [0..<9])
    #expect(draws(of: [0..<2, 2..<6, 6..<9]) == whole)
    let array = Array(10..<19)
    var seed = Seed(7)
    var other = Seed(7)
    let slice = array[3..<6].parallelMap(streams: seed.streams()) { _, rng in rng.next() }
    #expect(slice == Array(whole[3..<6]))
    let closed = (1...3).parallelMap(streams: other.streams()) { _, rng in rng.next() }
    #expect(closed == Array(whole[1...3]))
    var empty = Seed(7)
    let none = (-5 ..< -5).parallelMap(streams: empty.streams(), record: StreamRecord()) { i, _ in i
    }
    #expect(none.isEmpty)
  }

  @Test func indicesCanBeNamed() throws {
    let whole = draws(of: [0..<9])
    #expect(draws([8, 0, 4], of: [0..<3]) == [whole[8], whole[0], whole[4]])
    let letters = ["x", "y", "z"]
    for workers in workerCounts {
      var a = Seed(7)
      var b = Seed(7)
      let thrown = try letters.parallelMap(
        streams: a.streams(), indices: [2, 5, 1], workers: workers
      ) { _, rng throws in rng.next() }
      #expect(thrown == [whole[2], whole[5], whole[1]])
      let sum = letters.parallelReduce(
        UInt64(0), streams: b.streams(), indices: [2, 5, 1], workers: workers,
        transform: { _, rng in rng.next() }, combine: { $0 &+ $1 })
      #expect(sum == thrown.reduce(0, &+))
    }
  }

  @Test func indicesCanBeNamedInAsyncCode() async throws {
    let whole = draws(of: [0..<9])
    var seed = Seed(7)
    let later = try await ["x", "y", "z"].parallelMap(
      streams: seed.streams(), indices: [2, 5, 1]
    ) { _, rng in rng.next() }
    #expect(later == [whole[2], whole[5], whole[1]])
  }

  @Test func resultsOfAPartHaveTheStreamsOfTheWhole() async throws {
    let whole = draws(of: [0..<9])
    var a = Seed(7)
    var b = Seed(7)
    var found: [UInt64] = []
    for try await item in (4..<7).parallelResults(
      streams: a.streams(), order: .input, { _, rng in rng.next() })
    { found.append(item.value) }
    #expect(found == Array(whole[4..<7]))
    found = []
    for try await item in ["x", "y"].parallelResults(
      streams: b.streams(), firstIndex: 7, order: .input, { _, rng in rng.next() })
    { found.append(item.value) }
    #expect(found == Array(whole[7..<9]))
  }

  private static let values = (0..<5000).map { Double($0) }

  @Test func reductionsWithStreamsAreTheSameAtAnyWidth() throws {
    var first: Double?
    for workers in workerCounts {
      var a = Seed(3)
      var b = Seed(3)
      let (progress, record) = (MapProgress(), StreamRecord())
      let sum = Self.values.parallelReduce(
        0.0, streams: a.streams(), workers: workers, progress: progress, record: record,
        transform: { $0 * $1.uniform() }, combine: { $0 + $1 })
      let thrown = try Self.values.parallelReduce(
        0.0, streams: b.streams(), workers: workers,
        transform: { x, rng throws in x * rng.uniform() }, combine: { $0 + $1 })
      #expect(sum == first ?? sum && thrown == sum)
      first = sum
      #expect(progress.snapshot().done == 5000 && progress.snapshot().total == 5000)
      #expect(record.uses.maps.first?.words.count == 5000)
    }
  }

  private func sumOfValues() -> Double {
    var seed = Seed(3)
    return Self.values.parallelReduce(
      0.0, streams: seed.streams(), transform: { $0 * $1.uniform() }, combine: { $0 + $1 })
  }

  @Test func reductionsWithStreamsCanBeAwaited() async throws {
    var seed = Seed(3)
    let later = try await Self.values.parallelReduce(
      0.0, streams: seed.streams(), transform: { $0 * $1.uniform() }, combine: { $0 + $1 })
    #expect(later == sumOfValues())
  }

  @Test func aFailureInAReductionNamesItsElement() {
    struct Odd: Error {}
    var seed = Seed(1)
    let failure = #expect(throws: TaskFailure.self) {
      try (0..<3000).parallelReduce(
        0, streams: seed.streams(),
        transform: { i, _ in
          if i == 1234 { throw Odd() }
          return i
        }, combine: { $0 + $1 })
    }
    #expect(failure?.index == 1234 && failure?.underlying is Odd)
  }

  @Test func callsForEachElementHaveTheirStreams() throws {
    let whole = draws(of: [0..<9])
    var a = Seed(7)
    var b = Seed(7)
    let record = StreamRecord()
    (2..<5).parallelForEach(streams: a.streams(), record: record) { i, rng in
      #expect(rng.next() == whole[i])
    }
    #expect(record.uses.maps.first?.words.map { $0 > 0 } == [false, false, true, true, true])
    try (2..<5).parallelForEach(streams: b.streams()) { i, rng throws in
      #expect(rng.next() == whole[i])
    }
  }
}
