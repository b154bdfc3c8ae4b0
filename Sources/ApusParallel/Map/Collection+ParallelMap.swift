// Part of Apus, Apache-2.0. See LICENSE.

extension RandomAccessCollection where Self: Sendable, Element: Sendable {
  /// Maps all elements on the cores of this process and returns the results in order.
  ///
  /// The calling thread works too. Nested maps share the same threads and cannot deadlock.
  /// In async functions use the async form, which suspends instead of waiting.
  ///
  /// ```swift
  /// let squares = (1...1000).parallelMap { $0 * $0 }
  /// ```
  /// - Parameters:
  ///   - workers: threads to use; default ``ThreadBudget/current``.
  ///   - chunk: tasks that a worker takes at a time; by default chosen from the measured time per task.
  ///   - progress: counts finished tasks; default none.
  ///   - transform: runs on several threads at once, once per element.
  /// - Complexity: O(`count`) calls, plus about 50 ns per chunk.
  /// - Reproducibility: independent of workers and chunks.
  @inlinable
  @inline(__always)
  public func parallelMap<Output: Sendable>(
    workers: Int? = nil, chunk: Int? = nil, progress: MapProgress? = nil,
    _ transform: @Sendable (Element) -> Output
  ) -> [Output] {
    let options = LoopOptions(workers: workers, chunk: chunk, progress: progress)
    return ResultArray.map(self, options: options, transform)
  }

  /// Maps all elements with a closure that may throw.
  ///
  /// The first error stops the rest: tasks with larger indices are no longer started. The failure
  /// thrown is the one with the smallest index, as in a serial loop.
  ///
  /// - Parameters:
  ///   - workers: threads to use; default ``ThreadBudget/current``.
  ///   - chunk: tasks that a worker takes at a time; by default chosen from the measured time per task.
  ///   - progress: counts finished and failed tasks; default none.
  ///   - transform: runs on several threads at once, at most once per element.
  /// - Throws: ``TaskFailure`` with the index and the error of the task.
  /// - Complexity: O(`count`) calls.
  /// - Reproducibility: independent of workers and chunks, including which error is thrown.
  @inlinable
  public func parallelMap<Output: Sendable>(
    workers: Int? = nil, chunk: Int? = nil, progress: MapProgress? = nil,
    _ transform: @Sendable (Element) throws -> Output
  ) throws(TaskFailure) -> [Output] {
    let options = LoopOptions(workers: workers, chunk: chunk, progress: progress)
    return try ResultArray.map(count: count, options: options) {
      try transform(self[index(startIndex, offsetBy: $0)])
    }.getOrTaskFailure()
  }

  /// Maps all elements without blocking a Swift concurrency thread.
  ///
  /// - Parameters:
  ///   - workers: threads to use; default ``ThreadBudget/current``.
  ///   - chunk: tasks that a worker takes at a time; by default chosen from the measured time per task.
  ///   - progress: counts finished and failed tasks; default none.
  ///   - transform: runs on several threads at once, at most once per element.
  /// - Throws: ``TaskFailure``; `CancellationError` if the surrounding task was cancelled, which
  ///   stops each worker after its current chunk (less than a millisecond of work, or one task).
  /// - Complexity: O(`count`) calls.
  /// - Reproducibility: independent of workers and chunks.
  @inlinable
  public func parallelMap<Output: Sendable>(
    workers: Int? = nil, chunk: Int? = nil, progress: MapProgress? = nil,
    _ transform: @escaping @Sendable (Element) throws -> Output
  ) async throws -> [Output] {
    let options = LoopOptions(workers: workers, chunk: chunk, progress: progress)
    return try await WorkerPool.offload(options: options) { cancellation in
      try ResultArray.map(count: self.count, options: options, cancellation: cancellation) {
        try transform(self[self.index(self.startIndex, offsetBy: $0)])
      }.get()
    }
  }
}
