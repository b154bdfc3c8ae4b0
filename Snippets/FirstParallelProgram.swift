// Part of Apus, Apache-2.0. See LICENSE.
// The program of "Your first parallel program"; CI compares the two.
import Apus

/// Counts how many of some random points of a square fall into the circle within it.
struct Hits: RemoteFunction {
  var points: Int

  func callAsFunction(_ slice: Int, _ rng: inout TaskStream) -> Int {
    (0..<points).count { _ in
      let (x, y) = (rng.uniform(), rng.uniform())
      return x * x + y * y < 1
    }
  }
}

WorkerProcesses.enter()
for place in [Place.threads, .processes(2)] {
  var seed = Seed(42)
  let hits = try await (0..<48).parallelMap(
    Hits(points: 100_000), on: place, streams: seed.streams())
  print("pi is roughly \(4 * Double(hits.reduce(0, +)) / 4_800_000)")
}
