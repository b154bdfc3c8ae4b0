// Part of Apus, Apache-2.0. See LICENSE.

/// The two ways to call the pool: from a thread that may block, and from an async function.
extension WorkerPool {
  /// Runs a loop of `count` tasks; the calling thread is one of the workers.
  ///
  /// - Parameters:
  ///   - isCancellable: whether the caller can report an early end; if so, a loop within another
  ///     map's task ends with that map.
  ///   - kind: tells loops of different types apart, to guess what they cost.
  ///   - run: runs the tasks of a range, in order, as long as the loop wants them.
  @usableFromInline
  static func run(
    count: Int, options: LoopOptions, cancellation: CancellationFlag? = nil, isCancellable: Bool,
    kind: Int = 0, _ run: Loop.Chunk
  ) -> Loop {
    let loop = Loop.begin(
      count: count, options: options, cancellation: cancellation, isCancellable: isCancellable,
      kind: kind)
    while let range = loop.nextAlone() { run(loop, range, 0) }
    if loop.isUnfinished {
      withoutActuallyEscaping(run) { run in
        loop.share(run)
        while let range = loop.nextShared() { run(loop, range, 0) }
        loop.endSharing()
      }
    }
    loop.end()
    return loop
  }

  /// Calls `work` on a pool thread and suspends until it is done, so that Swift concurrency threads
  /// stay free.
  ///
  /// Cancelling the surrounding task sets the flag that is passed to `work`.
  @usableFromInline
  static func offload<Value: Sendable>(
    options: LoopOptions, _ work: @escaping @Sendable (CancellationFlag) throws -> Value
  ) async throws -> Value {
    try Task.checkCancellation()
    let call = PoolCall()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        WorkerPool.shared.submit(
          width: options.workers, call,
          run: { continuation.resume(with: Result { try work(call.cancellation) }) },
          drop: { continuation.resume(throwing: CancellationError()) })
      }
    } onCancel: {
      call.cancellation.set()
      WorkerPool.shared.drop(call)
    }
  }
}
