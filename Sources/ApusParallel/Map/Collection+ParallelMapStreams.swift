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
  ///   - workers: threads to use; default ``ThreadBudget/current``.
  ///   - chunk: tasks that a worker takes at a time; by default chosen from the measured time per task.
  ///   - progress: counts finished tasks; default none.
  ///   - record: counts the random words that each task drew; default none.
  ///   - transform: gets the element and its generator.
  /// - Reproducibility: a function of elements and streams only.
  @inlinable
  public func parallelMap<Generator: BitGenerator, Output: Sendable>(
    streams: consuming Streams<Generator>, workers: Int? = nil, chunk: Int? = nil,
    progress: MapProgress? = nil, record: StreamRecord? = nil,
    _ transform: @Sendable (Element, inout Generator) -> Output
  ) -> [Output] {
    let source = streams.makeSource()
    let recorded = record?.begin(source.origin, tasks: count)
    let options = LoopOptions(workers: workers, chunk: chunk, progress: progress)
    let result = ResultArray.map(count: count, options: options, isCancellable: false) { task in
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
  ///   - workers: threads to use; default ``ThreadBudget/current``.
  ///   - chunk: tasks that a worker takes at a time; by default chosen from the measured time per task.
  ///   - progress: counts finished and failed tasks; default none.
  ///   - record: counts the random words that each task drew; default none.
  ///   - transform: gets the element and its generator.
  /// - Throws: ``TaskFailure`` with the smallest index that failed.
  /// - Reproducibility: a function of elements and streams only.
  @inlinable
  public func parallelMap<Generator: BitGenerator, Output: Sendable>(
    streams: consuming Streams<Generator>, workers: Int? = nil, chunk: Int? = nil,
    progress: MapProgress? = nil, record: StreamRecord? = nil,
    _ transform: @Sendable (Element, inout Generator) throws -> Output
  ) throws(TaskFailure) -> [Output] {
    let source = streams.makeSource()
    let recorded = record?.begin(source.origin, tasks: count)
    let options = LoopOptions(workers: workers, chunk: chunk, progress: progress)
    return try ResultArray.map(count: count, options: options) { task in
      try source.run(task, recorded) { generator in
        try transform(self[index(startIndex, offsetBy: task)], &generator)
      }
    }.getOrTaskFailure()
  }

  /// Maps all elements, each with its own random numbers, without blocking a Swift
  /// concurrency thread.
  ///
  /// - Parameters:
  ///   - streams: consumed; the element at position `t` gets the stream of task `t`.
  ///   - workers: threads to use; default ``ThreadBudget/current``.
  ///   - chunk: tasks that a worker takes at a time; by default chosen from the measured time per task.
  ///   - progress: counts finished and failed tasks; default none.
  ///   - record: counts the random words that each task drew; default none.
  ///   - transform: gets the element and its generator.
  /// - Throws: ``TaskFailure``, or `CancellationError`.
  /// - Reproducibility: a function of elements and streams only.
  @inlinable
  public func parallelMap<Generator: BitGenerator, Output: Sendable>(
    streams: consuming Streams<Generator>, workers: Int? = nil, chunk: Int? = nil,
    progress: MapProgress? = nil, record: StreamRecord? = nil,
    _ transform: @escaping @Sendable (Element, inout Generator) throws -> Output
  ) async throws -> [Output] {
    let source = streams.makeSource()
    let recorded = record?.begin(source.origin, tasks: count)
    let options = LoopOptions(workers: workers, chunk: chunk, progress: progress)
    return try await WorkerPool.offload(options: options) { cancellation in
      try ResultArray.map(count: self.count, options: options, cancellation: cancellation) { task in
        try source.run(task, recorded) { generator in
          try transform(self[self.index(self.startIndex, offsetBy: task)], &generator)
        }
      }.get()
    }
  }
}
