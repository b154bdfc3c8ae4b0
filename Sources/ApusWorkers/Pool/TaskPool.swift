// Part of Apus, Apache-2.0. See LICENSE.

/// Runs the tasks of maps outside the threads of this process; whoever runs a map drives it.
package protocol TaskPool: AnyObject {
  /// Runs a map to its end.
  ///
  /// - Throws: ``WorkerError`` if the map cannot run; `CancellationError`.
  func run(_ job: MapJob, _ ledger: TaskLedger, _ options: TaskOptions) throws
  /// Ends what the pool has started.
  func stop()
  /// Wakes the thread that runs a map, from any other thread.
  var waker: @Sendable () -> Void { get }
}

/// A place outside this process where maps run.
package protocol RemotePlace: Sendable {
  /// The number of tasks that may be at work there at a time, as far as is known.
  var workerCount: Int { get }
  /// Makes a pool for the maps of one function.
  ///
  /// - Throws: ``WorkerError`` if there is nothing that could run it.
  func makePool(for function: EncodedFunction) throws -> any TaskPool
}
