// Part of Apus, Apache-2.0. See LICENSE.
// expected: A closure cannot travel to another process. Write a struct that conforms to RemoteFunction
import ApusWorkers

func closureFirstInProcesses() async throws {
  let factor = 2
  _ = try await (0..<10).parallelMap({ $0 * factor }, on: .processes(2))  // refused
  print(factor)
}
