// Part of Apus, Apache-2.0. See LICENSE.

/// Runs a computation that contains parallel maps without blocking a Swift concurrency thread.
///
/// Use it in async functions to call code with synchronous maps. Streams are made within, because they cannot be shared:
///
/// ```swift
/// let means = try await onWorkers {
///   var seed = Seed(42)
///   return (0..<100).parallelMap(streams: seed.streams()) { _, rng in rng.normal() }
/// }
/// ```
/// - Parameter work: runs on a pool thread, which also works on the maps within it.
/// - Throws: what `work` throws; `CancellationError` if the task was cancelled, which also ends
///   throwing maps within `work`.
public func onWorkers<Value: Sendable>(
  _ work: @escaping @Sendable () throws -> Value
) async throws -> Value {
  let options = LoopOptions(workers: nil, chunk: nil, progress: nil)
  return try await WorkerPool.offload(options: options) { cancellation in
    // One task of a loop that can be cancelled: maps within it inherit the flag and its workers.
    let result = ResultArray.map(count: 1, options: options, cancellation: cancellation) { _ in
      try work()
    }
    switch result {
    case .success(let values): return values[0]
    case .failure(let error):
      if cancellation.isSet { throw CancellationError() }
      throw (error as? TaskFailure)?.underlying ?? error
    }
  }
}
