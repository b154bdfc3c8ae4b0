// Part of Apus, Apache-2.0. See LICENSE.
public import ApusRandom

extension RandomAccessCollection where Self: Sendable, Element: Sendable {
  /// Maps all elements, each with its own random numbers.
  ///
  /// ```swift
  /// var seed = Seed(42)
  /// let means = (0..<1000).parallelMap(streams: seed.streams()) { _, rng in
  ///   PairwiseSum.mean(rng.normals(count: 10_000))
  /// }
  /// ```
  /// - Parameters:
  ///   - streams: consumed; the element at position `t` gets the stream of task `t`.
  ///   - workers: threads that work on it; default ``ThreadBudget/current``.
  ///   - chunk: tasks taken at once; default by measured time per task.
  ///   - progress: told of finished tasks; default none.
  ///   - record: notes how many words each task drew; default none.
  ///   - transform: gets the element and its generator.
  /// - Reproducibility: a function of elements and streams only.
  @inlinable
  public func parallelMap<Generator: BitGenerator, Output: Sendable>(
    streams: consuming Streams<Generator>, workers: Int? = nil, chunk: Int? = nil,
    progress: MapProgress? = nil, record: StreamRecord? = nil,
    _ transform: @Sendable (Element, inout Generator) -> Output
  ) -> [Output] {
    let source = streams.source()
    let recorded = record?.begin(source.origin, tasks: count)
    let options = MapOptions(workers: workers, chunk: chunk, progress: progress)
    let result = ParallelMap.run(count: count, options: options, isCancellable: false) { task in
      source.run(task, recorded) { generator in
        transform(self[index(startIndex, offsetBy: task)], &generator)
      }
    }
    guard case .success(let outputs) = result else {
      preconditionFailure("A map whose tasks cannot throw has failed.")
    }
    return outputs
  }

  /// Maps all elements, each with its own random numbers, with a closure that may throw.
  ///
  /// - Parameters:
  ///   - streams: consumed; the element at position `t` gets the stream of task `t`.
  ///   - workers: threads that work on it; default ``ThreadBudget/current``.
  ///   - chunk: tasks taken at once; default by measured time per task.
  ///   - progress: told of finished and failed tasks; default none.
  ///   - record: notes how many words each task drew; default none.
  ///   - transform: gets the element and its generator.
  /// - Throws: ``TaskFailure`` of the smallest index that failed.
  /// - Reproducibility: a function of elements and streams only.
  @inlinable
  public func parallelMap<Generator: BitGenerator, Output: Sendable>(
    streams: consuming Streams<Generator>, workers: Int? = nil, chunk: Int? = nil,
    progress: MapProgress? = nil, record: StreamRecord? = nil,
    _ transform: @Sendable (Element, inout Generator) throws -> Output
  ) throws(TaskFailure) -> [Output] {
    let source = streams.source()
    let recorded = record?.begin(source.origin, tasks: count)
    let options = MapOptions(workers: workers, chunk: chunk, progress: progress)
    return try ParallelMap.run(count: count, options: options) { task in
      try source.run(task, recorded) { generator in
        try transform(self[index(startIndex, offsetBy: task)], &generator)
      }
    }.getOrTaskFailure()
  }

  /// Maps all elements, each with its own random numbers, without blocking a thread of Swift
  /// concurrency.
  ///
  /// - Parameters:
  ///   - streams: consumed; the element at position `t` gets the stream of task `t`.
  ///   - workers: threads that work on it; default ``ThreadBudget/current``.
  ///   - chunk: tasks taken at once; default by measured time per task.
  ///   - progress: told of finished and failed tasks; default none.
  ///   - record: notes how many words each task drew; default none.
  ///   - transform: gets the element and its generator.
  /// - Throws: ``TaskFailure``, or `CancellationError`.
  /// - Reproducibility: a function of elements and streams only.
  @inlinable
  public func parallelMap<Generator: BitGenerator, Output: Sendable>(
    streams: consuming Streams<Generator>, workers: Int? = nil, chunk: Int? = nil,
    progress: MapProgress? = nil, record: StreamRecord? = nil,
    _ transform: @escaping @Sendable (Element, inout Generator) throws -> Output
  ) async throws -> [Output] {
    let source = streams.source()
    let recorded = record?.begin(source.origin, tasks: count)
    let options = MapOptions(workers: workers, chunk: chunk, progress: progress)
    return try await ParallelLoop.offload(options: options) { cancellation in
      try ParallelMap.run(count: self.count, options: options, cancellation: cancellation) { task in
        try source.run(task, recorded) { generator in
          try transform(self[self.index(self.startIndex, offsetBy: task)], &generator)
        }
      }.get()
    }
  }
}
