// Part of Apus, Apache-2.0. See LICENSE.
import Apus
import Foundation

/// A task that does nothing.
struct NoOp: RemoteFunction {
  func callAsFunction(_ x: Int) -> Int { x }
}

/// A task of two fields.
struct Pair: Codable, Sendable {
  var x: Int
  var y: Double
}

/// A task with a structure as its element, which does nothing.
struct PairNoOp: RemoteFunction {
  func callAsFunction(_ pair: Pair) -> Int { pair.x }
}

/// A task that computes for some microseconds.
struct Busy: RemoteFunction {
  var rounds: Int
  func callAsFunction(_ seed: Int) -> UInt64 {
    var x = UInt64(seed) | 1
    for _ in 0..<rounds {
      x ^= x &>> 12
      x ^= x &<< 25
      x ^= x &>> 27
      x = x &* 0x2545_F491_4F6C_DD1D
    }
    return x
  }
}

/// A slice of the pi job.
struct PiSlice: RemoteFunction {
  var points: Int
  func callAsFunction(_ slice: Int, _ rng: inout TaskStream) -> Int {
    var hits = 0
    for _ in 0..<points {
      let (x, y) = (rng.uniform(), rng.uniform())
      if x * x + y * y < 1 { hits += 1 }
    }
    return hits
  }
}

/// Reads an array that it has captured.
struct Reading: RemoteFunction {
  var numbers: [Double]
  func callAsFunction(_ i: Int) -> Double { numbers[i] }
}

/// Makes an array.
struct Making: RemoteFunction {
  var count: Int
  func callAsFunction(_ i: Int) -> [Double] { [Double](repeating: Double(i), count: count) }
}

/// Writes the time to a file and ends its worker.
struct Dying: RemoteFunction {
  var path: String
  func callAsFunction(_ x: Int) throws -> Int {
    let now = Processes.now
    try withUnsafeBytes(of: now) { try Data($0).write(to: URL(filePath: path)) }
    kill(getpid(), SIGKILL)
    return x
  }
}

/// Times maps in worker processes: prints "name seconds".
@main
struct Processes {
  static func main() async throws {
    WorkerProcesses.enter()
    let two = Place.processes(2)
    try await report("start of 4", 20) {
      _ = try await (0..<4).parallelMap(NoOp(), on: .processes(4))
    }
    try await report("no-op, a million", 3) {
      _ = try await (0..<1_000_000).parallelMap(NoOp(), on: two)
    }
    let numbers = [Double](repeating: 1, count: 12_500_000)
    try await report("100 MB for each of 10 tasks", 3) {
      _ = try await (0..<10).parallelMap(Reading(numbers: numbers), on: two)
    }
    try await report("10 MB back from each of 4", 5) {
      _ = try await (0..<4).parallelMap(Making(count: 1_250_000), on: .processes(4))
    }
    let one = Place.processes(1)
    try await report("round trip", 3, per: 5000) {
      for try await _ in (0..<5000).parallelResults(NoOp(), on: one, lookAhead: 1) {}
    }
    try await reportDeaths(20)
    let pairs = (0..<200_000).map { Pair(x: $0, y: 0.5) }
    try await report("structures, 200000", 3) {
      _ = try await pairs.parallelMap(PairNoOp(), on: two)
    }
    for (name, rounds) in [("1us", 400), ("10us", 4000), ("100us", 40_000)] {
      let count = 200_000_000 / rounds
      try await report("\(name) on threads", 3) {
        _ = try await (0..<count).parallelMap(Busy(rounds: rounds), on: .threads(2))
      }
      try await report("\(name) on processes", 3) {
        _ = try await (0..<count).parallelMap(Busy(rounds: rounds), on: two)
      }
    }
    let path = FileManager.default.temporaryDirectory.appending(path: "apus-bench-\(UUID())").path
    try await report("1ms", 5) {
      _ = try await (0..<1000).parallelMap(Busy(rounds: 400_000), on: two)
    }
    try await report("1ms with a checkpoint", 5) {
      _ = try await (0..<1000).parallelMap(
        Busy(rounds: 400_000), on: two, checkpoint: Checkpoint(path))
      try FileManager.default.removeItem(atPath: path)
    }
    for (name, place) in [("threads", Place.threads(2)), ("processes", two)] {
      try await report("pi on \(name)", 3) {
        var seed = Seed(1)
        _ = try await (0..<480).parallelMap(
          PiSlice(points: 200_000), on: place, streams: seed.streams())
      }
    }
  }

  /// Nanoseconds of a clock that all processes share.
  static var now: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// The time from a worker's death until its task's failure is there.
  static func reportDeaths(_ rounds: Int) async throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "apus-bench-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    var best = UInt64.max
    for _ in 0..<rounds {
      for try await _ in [0].parallelResults(Dying(path: path), on: .processes(1)) {
        let end = now
        let start = try Data(contentsOf: URL(filePath: path)).withUnsafeBytes {
          $0.loadUnaligned(as: UInt64.self)
        }
        best = min(best, end - start)
      }
    }
    print("death until failure,\(Double(best) / 1e9)")
  }

  static func report(
    _ name: String, _ rounds: Int, per count: Double = 1, _ body: @Sendable () async throws -> Void
  ) async throws {
    var best = Double.infinity
    for _ in 0..<rounds {
      let start = ContinuousClock.now
      try await body()
      best = min(best, start.duration(to: .now) / .seconds(1))
    }
    print("\(name),\(best / count)")
  }
}
