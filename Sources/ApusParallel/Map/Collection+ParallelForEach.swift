// Part of Apus, Apache-2.0. See LICENSE.

extension RandomAccessCollection where Self: Sendable, Element: Sendable {
  /// Calls a closure for all elements on the cores of this process; returns when all are done.
  ///
  /// - Parameters:
  ///   - workers: threads to use; default ``ThreadBudget/current``.
  ///   - chunk: tasks that a worker takes at a time; by default chosen from the measured time per task.
  ///   - progress: counts finished tasks; default none.
  ///   - body: runs on several threads at once, once per element, in no particular order.
  @inlinable
  @inline(__always)
  public func parallelForEach(
    workers: Int? = nil, chunk: Int? = nil, progress: MapProgress? = nil,
    _ body: @Sendable (Element) -> Void
  ) {
    let options = LoopOptions(workers: workers, chunk: chunk, progress: progress)
    ResultArray.forEach(self, options: options, body)
  }

  /// Calls a closure that may throw for all elements.
  ///
  /// - Parameters:
  ///   - workers: threads to use; default ``ThreadBudget/current``.
  ///   - chunk: tasks that a worker takes at a time; by default chosen from the measured time per task.
  ///   - progress: counts finished and failed tasks; default none.
  ///   - body: runs on several threads at once, at most once per element.
  /// - Throws: ``TaskFailure`` with the smallest index that failed; tasks with larger indices that
  ///   had not started are not run.
  @inlinable
  public func parallelForEach(
    workers: Int? = nil, chunk: Int? = nil, progress: MapProgress? = nil,
    _ body: @Sendable (Element) throws -> Void
  ) throws(TaskFailure) {
    _ = try parallelMap(workers: workers, chunk: chunk, progress: progress, body)
  }

  /// Calls a closure for all elements without blocking a Swift concurrency thread.
  ///
  /// - Parameters:
  ///   - workers: threads to use; default ``ThreadBudget/current``.
  ///   - chunk: tasks that a worker takes at a time; by default chosen from the measured time per task.
  ///   - progress: counts finished and failed tasks; default none.
  ///   - body: runs on several threads at once, at most once per element.
  /// - Throws: ``TaskFailure``, or `CancellationError`.
  @inlinable
  public func parallelForEach(
    workers: Int? = nil, chunk: Int? = nil, progress: MapProgress? = nil,
    _ body: @escaping @Sendable (Element) throws -> Void
  ) async throws {
    _ = try await parallelMap(workers: workers, chunk: chunk, progress: progress, body)
  }
}
