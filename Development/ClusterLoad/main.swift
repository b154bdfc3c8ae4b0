// Part of Apus, Apache-2.0. See LICENSE.
import ApusCluster
import ApusRandom
import ApusWorkers

/// A task that does nothing.
struct NoOp: RemoteFunction {
  func callAsFunction(_ x: Int) -> Int { x }
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

// Times maps on engines of this machine for Benchmarks/cluster.py: prints "name,seconds", each the best of some.
Cluster.enter()
let clock = ContinuousClock()

func seconds(_ duration: Duration) -> Double { duration / .seconds(1) }

@MainActor func report(_ name: String, _ rounds: Int, _ work: @Sendable () async throws -> Void)
  async throws
{
  var best = Double.infinity
  for _ in 0..<rounds { best = min(best, seconds(try await clock.measure { try await work() })) }
  print("\(name),\(best)")
}

func pi(on place: Place) async throws {
  var seed = Seed(1)
  _ = try await (0..<480).parallelMap(
    PiSlice(points: 200_000), on: place, streams: seed.streams())
}

var ready: [Double] = []
for _ in 0..<5 {
  let start = clock.now
  ready.append(
    try await withCluster(.local(engines: 4)) { _ in seconds(start.duration(to: clock.now)) })
}
print("ready,\(ready.min() ?? 0)")

try await withCluster(.local(engines: 4)) { cluster in
  let view = try await cluster.directView()
  let numbers = PythonValue(array: [Double](repeating: 1, count: 12_500_000))
  try await report("push of 100 MB to 4 engines", 5) { try await view.push(["x": numbers]) }
}

try await withCluster(.local(engines: 2)) { cluster in
  let place = Place.cluster(cluster)
  try await report("no-op, a million", 5) {
    _ = try await (0..<1_000_000).parallelMap(NoOp(), on: place)
  }
  let singly = cluster.place(largestBatch: 1)
  try await report("no-op, 100,000 one a message", 5) {
    _ = try await (0..<100_000).parallelMap(NoOp(), on: singly)
  }
  var trips: [Double] = [], last = clock.now
  for try await _ in (0..<3000).parallelResults(NoOp(), on: place, lookAhead: 1) {
    trips.append(seconds(last.duration(to: clock.now)))
    last = clock.now
  }
  print("round trip,\(trips.sorted()[trips.count / 2])")
  try await report("pi on threads", 3) { try await pi(on: .threads(2)) }
  try await report("pi on engines", 3) { try await pi(on: place) }
}
