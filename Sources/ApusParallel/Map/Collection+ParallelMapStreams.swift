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
  ///   - streams: consumed; the element with index `t` gets the stream of task `t`. Elements of arrays, ranges and their slices
  ///     have their own indices, so `(2..<6)` and `(2...5)` get streams 2 to 5; those of other
  ///     collections are counted from 0.
  ///   - indices: other indices, different and one for each element; default none.
  ///   - workers: threads to use; default ``ThreadBudget/current``.
  ///   - chunk: tasks that a worker takes at a time; by default chosen from the measured time per task.
  ///   - progress: counts finished tasks; default none.
  ///   - record: counts the random words that each task drew; default none.
  ///   - transform: gets the element and its generator.
  /// - Reproducibility: a function of elements and streams only.
  @inlinable
  public func parallelMap<Generator: BitGenerator, Output: Sendable>(
    streams: consuming Streams<Generator>, indices: [Int]? = nil, workers: Int? = nil,
    chunk: Int? = nil, progress: MapProgress? = nil, record: StreamRecord? = nil,
    _ transform: @Sendable (Element, inout Generator) -> Output
  ) -> [Output] {
    let source = streams.makeSource()
    let indices = TaskIndices(self, indices)
    let recorded = record.map { $0.begin(source.origin, tasks: indices.end) }
    let options = LoopOptions(workers: workers, chunk: chunk, progress: progress)
    let result = ResultArray.map(count: count, options: options, isCancellable: false) { task in
      source.run(indices[task], recorded) { generator in
        transform(self[index(startIndex, offsetBy: task)], &generator)
      }
    }
    guard case .success(let outputs) = result else {
      fatalError("A map whose tasks cannot throw has failed.")
    }
    return outputs
  }

  /// Maps all elements, each with its own random numbers, with a closure that may throw.
  ///
  /// - Parameters:
  ///   - streams: consumed; the element with index `t` gets the stream of task `t`. Elements of arrays, ranges and their slices
  ///     have their own indices, so `(2..<6)` and `(2...5)` get streams 2 to 5; those of other
  ///     collections are counted from 0.
  ///   - indices: other indices, different and one for each element; default none.
  ///   - workers: threads to use; default ``ThreadBudget/current``.
  ///   - chunk: tasks that a worker takes at a time; by default chosen from the measured time per task.
  ///   - progress: counts finished and failed tasks; default none.
  ///   - record: counts the random words that each task drew; default none.
  ///   - transform: gets the element and its generator.
  /// - Throws: ``TaskFailure`` with the smallest index that failed.
  /// - Reproducibility: a function of elements and streams only.
  @inlinable
  public func parallelMap<Generator: BitGenerator, Output: Sendable>(
    streams: consuming Streams<Generator>, indices: [Int]? = nil, workers: Int? = nil,
    chunk: Int? = nil, progress: MapProgress? = nil, record: StreamRecord? = nil,
    _ transform: @Sendable (Element, inout Generator) throws -> Output
  ) throws(TaskFailure) -> [Output] {
    let source = streams.makeSource()
    let indices = TaskIndices(self, indices)
    let recorded = record.map { $0.begin(source.origin, tasks: indices.end) }
    let options = LoopOptions(workers: workers, chunk: chunk, progress: progress)
    return try ResultArray.map(count: count, options: options) { task in
      try source.run(indices[task], recorded) { generator in
        try transform(self[index(startIndex, offsetBy: task)], &generator)
      }
    }.getOrTaskFailure()
  }

  /// Maps all elements, each with its own random numbers, without blocking a Swift
  /// concurrency thread.
  ///
  /// - Parameters:
  ///   - streams: consumed; the element with index `t` gets the stream of task `t`. Elements of arrays, ranges and their slices
  ///     have their own indices, so `(2..<6)` and `(2...5)` get streams 2 to 5; those of other
  ///     collections are counted from 0.
  ///   - indices: other indices, different and one for each element; default none.
  ///   - workers: threads to use; default ``ThreadBudget/current``.
  ///   - chunk: tasks that a worker takes at a time; by default chosen from the measured time per task.
  ///   - progress: counts finished and failed tasks; default none.
  ///   - record: counts the random words that each task drew; default none.
  ///   - transform: gets the element and its generator.
  /// - Throws: ``TaskFailure``, or `CancellationError`.
  /// - Reproducibility: a function of elements and streams only.
  @inlinable
  public func parallelMap<Generator: BitGenerator, Output: Sendable>(
    streams: consuming Streams<Generator>, indices: [Int]? = nil, workers: Int? = nil,
    chunk: Int? = nil, progress: MapProgress? = nil, record: StreamRecord? = nil,
    _ transform: @escaping @Sendable (Element, inout Generator) throws -> Output
  ) async throws -> [Output] {
    let source = streams.makeSource()
    let indices = TaskIndices(self, indices)
    let recorded = record.map { $0.begin(source.origin, tasks: indices.end) }
    let options = LoopOptions(workers: workers, chunk: chunk, progress: progress)
    return try await WorkerPool.offload(options: options) { cancellation in
      try ResultArray.map(count: self.count, options: options, cancellation: cancellation) { task in
        try source.run(indices[task], recorded) { generator in
          try transform(self[self.index(self.startIndex, offsetBy: task)], &generator)
        }
      }.get()
    }
  }
}
