// Part of Apus, Apache-2.0. See LICENSE.
// expected: A closure cannot travel to another process. Write a struct that conforms to RemoteFunction
import ApusRandom
import ApusStatistics
import ApusWorkers

func statisticInProcesses(_ s: consuming Streams<TaskStream>) async throws {
  let place = Place.processes(2)
  _ = try await bootstrap([1.0, 2.0], resamples: 10, on: place, streams: s) { $0[0] }  // refused
  print(place)
}
