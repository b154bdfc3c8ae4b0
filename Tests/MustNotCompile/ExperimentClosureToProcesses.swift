// Part of Apus, Apache-2.0. See LICENSE.
// expected: A closure cannot travel to another process. Write a struct that conforms to RemoteFunction
import ApusRandom
import ApusStatistics
import ApusWorkers

func experimentInProcesses(_ s: consuming Streams<TaskStream>) async throws {
  let place = Place.processes(2)
  _ = try await monteCarlo(10, on: place, streams: s) { _, rng in rng.uniform() }  // refused
  print(place)
}
