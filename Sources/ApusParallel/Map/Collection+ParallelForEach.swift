// Part of Apus, Apache-2.0. See LICENSE.

extension RandomAccessCollection where Self: Sendable, Element: Sendable {
  /// Calls a closure for all elements on the cores of this process; returns when all are done.
  ///
  /// - Parameters:
  ///   - workers: threads that work on it; default ``ThreadBudget/current``.
  ///   - chunk: tasks taken at once; default by measured time per task.
  ///   - progress: told of finished tasks; default none.
  ///   - body: runs on several threads at once, once per element, in no particular order.
  @inlinable
  public func parallelForEach(
    workers: Int? = nil, chunk: Int? = nil, progress: MapProgress? = nil,
    _ body: @Sendable (Element) -> Void
  ) {
    let options = MapOptions(workers: workers, chunk: chunk, progress: progress)
    _ = ParallelLoop.run(count: count, options: options, isCancellable: false) {
      loop, range, worker in
      for i in range { body(self[index(startIndex, offsetBy: i)]) }
      loop.report(done: range.count, failed: 0, worker: worker)
    }
  }

  /// Calls a closure that may throw for all elements.
  ///
  /// - Parameters:
  ///   - workers: threads that work on it; default ``ThreadBudget/current``.
  ///   - chunk: tasks taken at once; default by measured time per task.
  ///   - progress: told of finished and failed tasks; default none.
  ///   - body: runs on several threads at once, at most once per element.
  /// - Throws: ``TaskFailure`` of the smallest index that failed; tasks of larger index that had
  ///   not begun are not run.
  @inlinable
  public func parallelForEach(
    workers: Int? = nil, chunk: Int? = nil, progress: MapProgress? = nil,
    _ body: @Sendable (Element) throws -> Void
  ) throws(TaskFailure) {
    _ = try parallelMap(workers: workers, chunk: chunk, progress: progress, body)
  }

  /// Calls a closure for all elements without blocking a thread of Swift concurrency.
  ///
  /// - Parameters:
  ///   - workers: threads that work on it; default ``ThreadBudget/current``.
  ///   - chunk: tasks taken at once; default by measured time per task.
  ///   - progress: told of finished and failed tasks; default none.
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
