// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusRandom
import ApusWorkers
import ContractFunctions
import Synchronization

/// What runs under the sanitizers: pool, coder, rings and maps in every place, long enough for threads to meet.
enum Checks {
  static let all: [(name: String, run: @Sendable () async throws -> Bool)] = [
    ("maps and reductions", maps), ("maps within maps", nested), ("results one by one", results),
    ("coder and spoiled bytes", coder), ("rings", rings), ("worker processes", processes),
    ("lazy results from processes", lazyProcesses), ("lost workers", lostWorkers),
  ]

  @Sendable private static func maps() -> Bool {
    let expected = (0..<20_000).map { Double($0).squareRoot() }
    let sum = (0..<20_000).reduce(0, +)
    for round in 0..<80 {
      let workers = [1, 2, 3, 8][round % 4]
      let roots = (0..<20_000).parallelMap(workers: workers) { Double($0).squareRoot() }
      let total = (0..<20_000).parallelReduce(0, workers: workers, transform: { $0 }, combine: +)
      if roots != expected || total != sum { return false }
    }
    return true
  }

  @Sendable private static func nested() -> Bool {
    let found = (0..<60).parallelMap { i in
      (0..<60).parallelMap { j in
        let (a, b) = join({ i * j }, { i + j })
        return a + b
      }.reduce(0, +)
    }
    return found == (0..<60).map { i in (0..<60).reduce(0) { $0 + i * $1 + i + $1 } }
  }

  @Sendable private static func results() async throws -> Bool {
    var sum = 0
    for try await (_, value) in (0..<20_000).parallelResults({ $0 * 2 }) { sum += value }
    return sum == 20_000 * 19_999
  }

  @Sendable private static func coder() throws -> Bool {
    let values: [String: [Uniforms?]] = ["a": [Uniforms(count: 3), nil], "b": []]
    let bytes = try BinaryEncoder.encode(values)
    let whole = try BinaryDecoder.decode([String: [Uniforms?]].self, from: bytes)
    var seed = Seed(3)
    let tried = (0..<20_000).parallelMap(streams: seed.streams()) { _, rng in
      var spoiled = bytes
      for _ in 0..<rng.integer(in: 1...4) {
        spoiled[rng.integer(in: 0..<spoiled.count)] = UInt8(rng.integer(in: 0...255))
      }
      return (try? BinaryDecoder.decode([String: [Uniforms?]].self, from: spoiled)) == nil
    }
    return whole["a"]?.first??.count == 3 && tried.contains(true)
  }

  @Sendable private static func rings() async throws -> Bool {
    try await RingExchange(count: 20_000).run(patience: .seconds(60))
  }

  @Sendable private static func processes() async throws -> Bool {
    var one = Seed(4), other = Seed(4)
    let squares = try await (0..<5000).parallelMap(Square(), on: .processes(3))
    let threads = try await (0..<500).parallelMap(
      Uniforms(count: 5), on: .threads(3), streams: one.streams())
    let drawn = try await (0..<500).parallelMap(
      Uniforms(count: 5), on: .processes(3), streams: other.streams())
    let large = try await (0..<4).parallelMap(Bytes(count: 300_000), on: .processes(2))
    return squares == (0..<5000).map { $0 * $0 } && drawn == threads && large.count == 4
  }

  @Sendable private static func lazyProcesses() async throws -> Bool {
    var sum = 0
    for try await (index, outcome) in (0..<3000).parallelResults(Square(), on: .processes(2)) {
      sum += try outcome.get() - index * index + 1
    }
    return sum == 3000
  }

  @Sendable private static func lostWorkers() async throws -> Bool {
    let outcomes = try await (0..<40).parallelOutcomes(
      Misbehave(.kill, at: 9), on: .processes(2))
    return outcomes.indices.allSatisfy { index in
      if case .failure = outcomes[index] { return index == 9 }
      return index != 9
    }
  }
}
