// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel

/// Worker processes of this host, started for one map.
struct LocalProcesses: RemotePlace {
  /// The number of workers; nil for one for each core.
  var count: Int?
  /// The program that they run, in place of this one; for tests.
  var program: String?

  var workerCount: Int { count ?? ThreadBudget.current.count }

  func makePool(for function: EncodedFunction) throws -> any TaskPool {
    try ProcessPool(WorkerStart(count, program, function.arrays))
  }
}
