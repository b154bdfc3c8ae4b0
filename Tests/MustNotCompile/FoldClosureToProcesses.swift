// Part of Apus, Apache-2.0. See LICENSE.
// expected: A closure cannot travel to another process. Write a struct that conforms to RemoteFunction
import ApusRandom
import ApusStatistics
import ApusWorkers

func foldsInProcesses(_ s: consuming Streams<TaskStream>) async throws {
  let place = Place.processes(2)
  _ = try await kFold(of: 9, folds: 3, on: place, streams: s) { _, _ in [0.0] }  // refused
  print(place)
}
