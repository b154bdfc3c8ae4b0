// Part of Apus, Apache-2.0. See LICENSE.
public import ApusRandom

extension RandomAccessCollection where Self: Sendable, Element: Sendable {
  /// Transforms all elements, each with its own random numbers, and combines the results in an order that depends on the count
  /// alone; see ``parallelReduce(_:workers:progress:transform:combine:)``.
  ///
  /// ```swift
  /// let hits = (0..<1_000_000).parallelReduce(0, streams: seed.streams()) { _, rng in
  ///   rng.uniform() < 0.5 ? 1 : 0
  /// } combine: { $0 + $1 }
  /// ```
  /// - Parameters:
  ///   - initial: the identity element of `combine`; the result if there are no elements.
  ///   - streams: consumed; the element with index `t` gets the stream of task `t`, as in a map.
  ///   - indices: other indices, different and one for each element; default none.
  ///   - workers: threads to use; default ``ThreadBudget/current``.
  ///   - progress: counts finished elements, block by block; default none.
  ///   - record: counts the random words that each task drew; default none.
  ///   - transform: gets the element and its generator.
  ///   - combine: associative up to rounding; it need not be commutative.
  /// - Complexity: O(`count`) calls of each closure; memory for 1024 values.
  /// - Reproducibility: bit for bit the same for any number of workers.
  @inlinable
  public func parallelReduce<Generator: BitGenerator, Value: Sendable>(
    _ initial: Value, streams: consuming Streams<Generator>, indices: [Int]? = nil,
    workers: Int? = nil, progress: MapProgress? = nil, record: StreamRecord? = nil,
    transform: @Sendable (Element, inout Generator) -> Value,
    combine: @Sendable (Value, Value) -> Value
  ) -> Value {
    let source = streams.makeSource()
    let indices = TaskIndices(self, indices)
    let recorded = record.map { $0.begin(source.origin, tasks: indices.end) }
    return (0..<count).parallelReduce(
      initial, workers: workers, progress: progress,
      transform: { task in
        source.run(indices[task], recorded) { generator in
          transform(self[index(startIndex, offsetBy: task)], &generator)
        }
      }, combine: combine)
  }

  /// Transforms, with random numbers and a closure that may throw, and combines.
  ///
  /// - Throws: ``TaskFailure`` with the smallest position of an element that failed.
  /// - Reproducibility: bit for bit the same for any number of workers.
  @inlinable
  public func parallelReduce<Generator: BitGenerator, Value: Sendable>(
    _ initial: Value, streams: consuming Streams<Generator>, indices: [Int]? = nil,
    workers: Int? = nil, progress: MapProgress? = nil, record: StreamRecord? = nil,
    transform: @Sendable (Element, inout Generator) throws -> Value,
    combine: @Sendable (Value, Value) -> Value
  ) throws(TaskFailure) -> Value {
    let source = streams.makeSource()
    let indices = TaskIndices(self, indices)
    let recorded = record.map { $0.begin(source.origin, tasks: indices.end) }
    return try (0..<count).parallelReduce(
      initial, workers: workers, progress: progress,
      transform: { task throws in
        try source.run(indices[task], recorded) { generator in
          try transform(self[index(startIndex, offsetBy: task)], &generator)
        }
      }, combine: combine)
  }

  /// Transforms with random numbers, and combines, without blocking a Swift concurrency thread.
  ///
  /// - Throws: ``TaskFailure``, or `CancellationError`.
  /// - Reproducibility: bit for bit the same for any number of workers.
  @inlinable
  public func parallelReduce<Generator: BitGenerator, Value: Sendable>(
    _ initial: Value, streams: consuming Streams<Generator>, indices: [Int]? = nil,
    workers: Int? = nil, progress: MapProgress? = nil, record: StreamRecord? = nil,
    transform: @escaping @Sendable (Element, inout Generator) throws -> Value,
    combine: @escaping @Sendable (Value, Value) -> Value
  ) async throws -> Value {
    let source = streams.makeSource()
    let indices = TaskIndices(self, indices)
    let recorded = record.map { $0.begin(source.origin, tasks: indices.end) }
    return try await (0..<count).parallelReduce(
      initial, workers: workers, progress: progress,
      transform: { task in
        try source.run(indices[task], recorded) { generator in
          try transform(self[self.index(self.startIndex, offsetBy: task)], &generator)
        }
      }, combine: combine)
  }

  /// Calls a closure for all elements, each with its own random numbers; returns when all are done.
  ///
  /// - Parameters:
  ///   - streams: consumed; the element with index `t` gets the stream of task `t`, as in a map.
  ///   - indices: other indices, different and one for each element; default none.
  ///   - workers: threads to use; default ``ThreadBudget/current``.
  ///   - chunk: tasks that a worker takes at a time; by default chosen from the measured time per task.
  ///   - progress: counts finished tasks; default none.
  ///   - record: counts the random words that each task drew; default none.
  ///   - body: gets the element and its generator; runs on several threads at once, in no particular order.
  @inlinable
  public func parallelForEach<Generator: BitGenerator>(
    streams: consuming Streams<Generator>, indices: [Int]? = nil, workers: Int? = nil,
    chunk: Int? = nil, progress: MapProgress? = nil, record: StreamRecord? = nil,
    _ body: @Sendable (Element, inout Generator) -> Void
  ) {
    _ = parallelMap(
      streams: streams, indices: indices, workers: workers, chunk: chunk, progress: progress,
      record: record, body)
  }

  /// Calls a closure that may throw for all elements, each with its own random numbers.
  ///
  /// - Throws: ``TaskFailure`` with the smallest position of an element that failed.
  @inlinable
  public func parallelForEach<Generator: BitGenerator>(
    streams: consuming Streams<Generator>, indices: [Int]? = nil, workers: Int? = nil,
    chunk: Int? = nil, progress: MapProgress? = nil, record: StreamRecord? = nil,
    _ body: @Sendable (Element, inout Generator) throws -> Void
  ) throws(TaskFailure) {
    _ = try parallelMap(
      streams: streams, indices: indices, workers: workers, chunk: chunk, progress: progress,
      record: record, body)
  }

  /// Calls a closure for all elements with random numbers, without blocking a Swift concurrency thread.
  ///
  /// - Throws: ``TaskFailure``, or `CancellationError`.
  @inlinable
  public func parallelForEach<Generator: BitGenerator>(
    streams: consuming Streams<Generator>, indices: [Int]? = nil, workers: Int? = nil,
    chunk: Int? = nil, progress: MapProgress? = nil, record: StreamRecord? = nil,
    _ body: @escaping @Sendable (Element, inout Generator) throws -> Void
  ) async throws {
    _ = try await parallelMap(
      streams: streams, indices: indices, workers: workers, chunk: chunk, progress: progress,
      record: record, body)
  }
}
