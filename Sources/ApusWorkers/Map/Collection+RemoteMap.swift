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
  ///   - streams: consumed; the element at position `t` gets the stream of task `t`.
  ///   - options: retries and limits; default none.
  ///   - checkpoint: keeps finished results, so that a run that was killed goes on; default none.
  ///   - progress: counts finished and failed tasks; default none.
  /// - Throws: ``RemoteFailure`` with the smallest index that failed; ``WorkerError``; `CancellationError`.
  /// - Reproducibility: the same results in every place, for any number of workers and any retries.
  @inlinable
  public func parallelMap<Function: RemoteFunction>(
    _ function: Function, on place: Place = .threads, streams: consuming Streams<TaskStream>,
    options: TaskOptions = TaskOptions(), checkpoint: Checkpoint? = nil,
    progress: MapProgress? = nil
  ) async throws -> [Function.Output] where Function.Input == Element {
    try await RemoteMaps.outputs(
      function, Array(self), streams, place, options, checkpoint, progress)
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
  ///   - streams: consumed; the element at position `t` gets the stream of task `t`.
  ///   - options: retries and limits; default none.
  ///   - checkpoint: keeps finished results, so that a run that was killed goes on; default none.
  ///   - progress: counts finished and failed tasks; default none.
  /// - Returns: for each element the result, or how its task failed.
  /// - Throws: ``WorkerError`` if workers do not start; `CancellationError`.
  @inlinable
  public func parallelOutcomes<Function: RemoteFunction>(
    _ function: Function, on place: Place = .threads, streams: consuming Streams<TaskStream>,
    options: TaskOptions = TaskOptions(), checkpoint: Checkpoint? = nil,
    progress: MapProgress? = nil
  ) async throws -> [Result<Function.Output, RemoteFailure>] where Function.Input == Element {
    try await RemoteMaps.outcomes(
      function, Array(self), streams, place, options, checkpoint, progress)
  }

  /// Not available: a closure cannot travel to another process.
  @available(
    *, unavailable,
    message:
      "A closure cannot travel to another process. Write a struct that conforms to RemoteFunction, with what the closure captures as its properties and its body as callAsFunction, and pass a value of it."
  )
  public func parallelMap<Output>(
    on place: Place, _ transform: (Element) throws -> Output
  ) async throws -> [Output] { fatalError("not available") }

  /// Maps all elements on the calling thread's time, for programs without Swift concurrency.
  package func remoteMap<Function: RemoteFunction>(
    _ function: Function, on place: Place, options: TaskOptions, checkpoint: Checkpoint?,
    progress: MapProgress?
  ) throws -> [Function.Output] where Function.Input == Element {
    let map = RemoteMap(
      function: function, elements: Array(self), origin: nil, options: options,
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
    _ function: Function, _ elements: [Function.Input], _ streams: consuming Streams<TaskStream>?,
    _ place: Place, _ options: TaskOptions, _ checkpoint: Checkpoint?, _ progress: MapProgress?
  ) async throws -> [Function.Output] {
    try await run(
      function, elements, streams?.origin, place, options, stopsAtFailure: true, checkpoint,
      progress
    ).outputs
  }

  /// What became of each task.
  @usableFromInline
  static func outcomes<Function: RemoteFunction>(
    _ function: Function, _ elements: [Function.Input], _ streams: consuming Streams<TaskStream>?,
    _ place: Place, _ options: TaskOptions, _ checkpoint: Checkpoint?, _ progress: MapProgress?
  ) async throws -> [Result<Function.Output, RemoteFailure>] {
    try await run(
      function, elements, streams?.origin, place, options, stopsAtFailure: false, checkpoint,
      progress
    ).outcomes
  }

  /// Runs a map on threads that the other maps share, or on a thread of its own that drives worker processes.
  static func run<Function: RemoteFunction>(
    _ function: Function, _ elements: [Function.Input], _ origin: StreamOrigin?, _ place: Place,
    _ options: TaskOptions, stopsAtFailure: Bool, _ checkpoint: Checkpoint?,
    _ progress: MapProgress?
  ) async throws -> ResultTable<Function.Output> {
    let map = RemoteMap(
      function: function, elements: elements, origin: origin, options: options,
      stopsAtFailure: stopsAtFailure, checkpoint: checkpoint, progress: progress)
    let cancellation = CancellationWord()
    return try await withTaskCancellationHandler {
      switch place.kind {
      case .threads: try await onWorkers { try map.run(on: place, cancellation: cancellation) }
      case .processes: try await onOwnThread { try map.run(on: place, cancellation: cancellation) }
      }
    } onCancel: {
      cancellation.set()
    }
  }

  /// The number of elements, if it is known without counting them.
  static func knownCount<Inputs: Sequence>(_ inputs: Inputs) -> Int? {
    if let array = inputs as? [Inputs.Element] { return array.count }
    if let slice = inputs as? ArraySlice<Inputs.Element> { return slice.count }
    if let range = inputs as? Range<Int> { return range.count }
    return nil
  }
}
