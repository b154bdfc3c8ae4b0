// Part of Apus, Apache-2.0. See LICENSE.
//
// Three ways to go wrong with random numbers on several workers, and the right one. Each job draws a
// million normals in eight tasks; a million independent ones have a mean of 0 within about 0.001.
import Apus
import Synchronization

let tasks = 8
let draws = 125_000

// Wrong: every worker has the same seed. Eight times the same numbers: the mean is that of one task, no more
// precise for all the work.
let same = (0..<tasks).parallelMap { _ in
  var rng = RandomState(seed: 1)
  return (0..<draws).reduce(0.0) { sum, _ in sum + rng.normal() } / Double(draws)
}
print("same seed:      distinct means: \(Set(same).count) of \(tasks)")

// Wrong: one seed per worker. The answer depends on how many workers there are.
func seededByWorker(_ workers: Int) -> Double {
  let parts = (0..<workers).parallelMap(workers: workers) { worker in
    var rng = RandomState(seed: UInt32(worker))
    return (0..<(tasks * draws / workers)).reduce(0.0) { sum, _ in sum + rng.normal() }
  }
  return parts.reduce(0, +) / Double(tasks * draws)
}
print("seed = worker:  2 workers \(seededByWorker(2)), 4 workers \(seededByWorker(4))")

// Wrong: one generator behind a lock. The answer depends on which thread comes first, and all wait
// for the lock.
func behindALock() -> [Double] {
  let shared = Mutex(Philox4x64(SeedSequence(1)))
  return (0..<tasks).parallelMap(workers: 4, chunk: 1) { _ in
    (0..<10_000).reduce(0.0) { sum, _ in sum + shared.withLock { $0.normal() } }
  }
}
print("behind a lock:  two runs give the same sums: \(behindALock() == behindALock())")

// Right: a stream for each task.
func streams(_ workers: Int) -> Double {
  var seed = Seed(1)
  let parts = (0..<tasks).parallelMap(streams: seed.streams(), workers: workers) { _, rng in
    (0..<draws).reduce(0.0) { sum, _ in sum + rng.normal() }
  }
  return parts.reduce(0, +) / Double(tasks * draws)
}
print("one per task:   2 workers \(streams(2)), 4 workers \(streams(4))")
