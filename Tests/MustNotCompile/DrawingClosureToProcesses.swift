// Part of Apus, Apache-2.0. See LICENSE.
// expected: A closure cannot travel to another process. Write a struct that conforms to RemoteFunction
import ApusRandom
import ApusWorkers

func drawingClosureInProcesses() async throws {
  let xs = 0..<10
  var seed = Seed(1)
  _ = try await xs.parallelMap(on: .processes, streams: seed.streams()) { $1.normal() }  // refused
  _ = seed.streams()
  print(xs)
}
