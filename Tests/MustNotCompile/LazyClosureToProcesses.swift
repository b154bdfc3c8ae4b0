// Part of Apus, Apache-2.0. See LICENSE.
// expected: A closure cannot travel to another process. Write a struct that conforms to RemoteFunction
import ApusWorkers

func lazyClosureInProcesses() async throws {
  let factor = 2
  _ = (0..<10).parallelResults(on: .processes(2)) { $0 * factor }  // refused
  print(factor)
}
