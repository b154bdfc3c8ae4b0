// Part of Apus, Apache-2.0. See LICENSE.
public import ApusParallel
public import ApusRandom

extension RandomAccessCollection where Self: Sendable, Element: Codable & Sendable {
  /// Maps all elements with a remote function, on threads or in worker processes.
  ///
  /// ```swift
  /// let squares = try await (0..<100).parallelMap(Square(), on: .processes(4))
  /// ```
  /// - Parameters:
  ///   - function: runs once per element, and again if it is retried.
  ///   - place: threads by default.
  ///   - options: retries and limits; default none.
  ///   - checkpoint: keeps finished results, so that a run that was killed goes on; default none.
  ///   - progress: counts finished and failed tasks; default none.
  /// - Throws: ``RemoteFailure`` with the smallest index that failed, which stops the rest; ``WorkerError`` if workers do not
  ///   start; `CancellationError`.
  /// - Reproducibility: the same results in every place, for any number of workers and any retries.
  @inlinable
  public func parallelMap<Function: RemoteFunction>(
    _ function: Function, on place: Place = .threads, options: TaskOptions = TaskOptions(),
    checkpoint: Checkpoint? = nil, progress: MapProgress? = nil
  ) async throws -> [Function.Output] where Function.Input == Element {
    try await RemoteMaps.outputs(
      function, Array(self), nil, place, options, checkpoint, progress)
  }

  /// Maps all elements with a remote function, each with its own random numbers.
  ///
  /// - Parameters:
  ///   - function: runs once per element, and again, with the same numbers, if it is retried.
  ///   - place: threads by default.
  ///   - streams: consumed; the element with index `t` gets the stream of task `t`. Elements of arrays, ranges and their slices
  ///     have their own indices, so `(2..<6)` and `(2...5)` get streams 2 to 5; those of other collections are counted from 0.
  ///   - indices: other indices, different and one for each element; default none.
  ///   - options: retries and limits; default none.
  ///   - checkpoint: keeps finished results, so that a run that was killed goes on; default none.
  ///   - progress: counts finished and failed tasks; default none.
  /// - Throws: ``RemoteFailure`` with the smallest index that failed; ``WorkerError``; `CancellationError`.
  /// - Reproducibility: the same results in every place, for any number of workers and any retries.
  @inlinable
  public func parallelMap<Function: RemoteFunction>(
    _ function: Function, on place: Place = .threads, streams: consuming Streams<TaskStream>,
    indices: [Int]? = nil, options: TaskOptions = TaskOptions(), checkpoint: Checkpoint? = nil,
    progress: MapProgress? = nil
  ) async throws -> [Function.Output] where Function.Input == Element {
    try await RemoteMaps.outputs(
      function, Array(self), RemoteMaps.streams(streams, of: self, named: indices), place, options,
      checkpoint, progress)
  }

  /// Maps all elements and returns results and failures alike: a failed task stops no other.
  ///
  /// - Parameters:
  ///   - function: runs once per element, and again if it is retried.
  ///   - place: threads by default.
  ///   - options: retries and limits; default none.
  ///   - checkpoint: keeps finished results, so that a run that was killed goes on; default none.
  ///   - progress: counts finished and failed tasks; default none.
  /// - Returns: for each element the result, or how its task failed.
  /// - Throws: ``WorkerError`` if workers do not start; `CancellationError`.
  @inlinable
  public func parallelOutcomes<Function: RemoteFunction>(
    _ function: Function, on place: Place = .threads, options: TaskOptions = TaskOptions(),
    checkpoint: Checkpoint? = nil, progress: MapProgress? = nil
  ) async throws -> [Result<Function.Output, RemoteFailure>] where Function.Input == Element {
    try await RemoteMaps.outcomes(
      function, Array(self), nil, place, options, checkpoint, progress)
  }

  /// Maps all elements, each with its own random numbers, and returns results and failures alike.
  ///
  /// - Parameters:
  ///   - function: runs once per element, and again if it is retried.
  ///   - place: threads by default.
  ///   - streams: consumed; the element with index `t` gets the stream of task `t`. Elements of arrays, ranges and their slices
  ///     have their own indices, so `(2..<6)` and `(2...5)` get streams 2 to 5; those of other collections are counted from 0.
  ///   - indices: other indices, different and one for each element; default none.
  ///   - options: retries and limits; default none.
  ///   - checkpoint: keeps finished results, so that a run that was killed goes on; default none.
  ///   - progress: counts finished and failed tasks; default none.
  /// - Returns: for each element the result, or how its task failed.
  /// - Throws: ``WorkerError`` if workers do not start; `CancellationError`.
  @inlinable
  public func parallelOutcomes<Function: RemoteFunction>(
    _ function: Function, on place: Place = .threads, streams: consuming Streams<TaskStream>,
    indices: [Int]? = nil, options: TaskOptions = TaskOptions(), checkpoint: Checkpoint? = nil,
    progress: MapProgress? = nil
  ) async throws -> [Result<Function.Output, RemoteFailure>] where Function.Input == Element {
    try await RemoteMaps.outcomes(
      function, Array(self), RemoteMaps.streams(streams, of: self, named: indices), place, options,
      checkpoint, progress)
  }

  /// Maps all elements on the calling thread's time, for programs without Swift concurrency.
  package func remoteMap<Function: RemoteFunction>(
    _ function: Function, on place: Place, options: TaskOptions, checkpoint: Checkpoint?,
    progress: MapProgress?
  ) throws -> [Function.Output] where Function.Input == Element {
    let map = RemoteMap(
      function: function, elements: Array(self), taskStreams: nil, options: options,
      stopsAtFailure: true,
      checkpoint: checkpoint, progress: progress)
    return try map.run(on: place, cancellation: CancellationWord()).outputs
  }
}

/// What the maps of a remote function have in common.
@usableFromInline
enum RemoteMaps {
  /// The results of a map, of which a failure stops the rest.
  @usableFromInline
  static func outputs<Function: RemoteFunction>(
    _ function: Function, _ elements: [Function.Input], _ streams: TaskStreams?,
    _ place: Place, _ options: TaskOptions, _ checkpoint: Checkpoint?, _ progress: MapProgress?
  ) async throws -> [Function.Output] {
    try await run(
      function, elements, streams, place, options, stopsAtFailure: true, checkpoint,
      progress
    ).outputs
  }

  /// The streams of a collection's elements.
  @usableFromInline
  static func streams<Elements: Collection>(
    _ streams: consuming Streams<TaskStream>, of elements: Elements, named indices: [Int]?
  ) -> TaskStreams { TaskStreams(streams.origin, of: elements, named: indices) }

  /// What became of each task.
  @usableFromInline
  static func outcomes<Function: RemoteFunction>(
    _ function: Function, _ elements: [Function.Input], _ streams: TaskStreams?,
    _ place: Place, _ options: TaskOptions, _ checkpoint: Checkpoint?, _ progress: MapProgress?
  ) async throws -> [Result<Function.Output, RemoteFailure>] {
    try await run(
      function, elements, streams, place, options, stopsAtFailure: false, checkpoint,
      progress
    ).outcomes
  }

  /// Runs a map on threads that the other maps share, or on a thread of its own that drives worker processes.
  static func run<Function: RemoteFunction>(
    _ function: Function, _ elements: [Function.Input], _ streams: TaskStreams?, _ place: Place,
    _ options: TaskOptions, stopsAtFailure: Bool, _ checkpoint: Checkpoint?,
    _ progress: MapProgress?
  ) async throws -> ResultTable<Function.Output> {
    let map = RemoteMap(
      function: function, elements: elements, taskStreams: streams, options: options,
      stopsAtFailure: stopsAtFailure, checkpoint: checkpoint, progress: progress)
    let cancellation = CancellationWord()
    return try await withTaskCancellationHandler {
      switch place.kind {
      case .threads: try await onWorkers { try map.run(on: place, cancellation: cancellation) }
      case .remote: try await onOwnThread { try map.run(on: place, cancellation: cancellation) }
      }
    } onCancel: {
      cancellation.set()
    }
  }

  /// The number of elements of arrays, ranges and the like, which are known without reading anything.
  ///
  /// Others may be lazy, and their elements costly.
  static func knownCount<Inputs: Sequence>(_ inputs: Inputs) -> Int? {
    if let array = inputs as? [Inputs.Element] { return array.count }
    if let slice = inputs as? ArraySlice<Inputs.Element> { return slice.count }
    if let range = inputs as? Range<Int> { return range.count }
    if let range = inputs as? ClosedRange<Int> {
      let (last, overflows) = range.upperBound.subtractingReportingOverflow(range.lowerBound)
      return overflows || last == .max ? nil : last + 1
    }
    return (inputs as? any KnownInputs)?.count
  }
}
