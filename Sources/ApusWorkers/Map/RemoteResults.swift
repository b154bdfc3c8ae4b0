// Part of Apus, Apache-2.0. See LICENSE.
public import ApusParallel
public import ApusRandom

/// What became of the tasks of a remote function, one after the other, as an async sequence.
///
/// ```swift
/// for try await (index, outcome) in (0..<1_000_000).parallelResults(Square(), on: .processes(4)) {
///   print(index, try outcome.get())
/// }
/// ```
/// Elements are taken from the input only as fast as results are consumed. Leaving the loop, or cancelling its task, ends the
/// map.
public struct RemoteResults<Inputs: Sequence, Function: RemoteFunction>: AsyncSequence
where Inputs: Sendable, Inputs.Element == Function.Input {
  /// The input's position, counted from 0, and the result of its task or how it failed.
  public typealias Element = (index: Int, outcome: Result<Function.Output, RemoteFailure>)

  let inputs: Inputs
  let map: RemoteMap<Function>
  let place: Place
  let order: ResultOrder
  let lookAhead: Int?

  /// Starts the map; each iterator reads the input from its beginning.
  public func makeAsyncIterator() -> AsyncIterator {
    if map.checkpoint != nil, ArrayChunk.isHere {
      return AsyncIterator(source: .whole(WholeRun(inputs, map, place)))
    }
    switch place.kind {
    case .threads(let count):
      let run = ThreadRun(map, inputs)
      return AsyncIterator(source: .threads(onThreads(count, run), run))
    case .remote(let place):
      return AsyncIterator(source: .remote(Lifeline(elsewhere(place))))
    }
  }

  fileprivate typealias ThreadResults = ParallelResults<
    EnumeratedSequence<Inputs>, Result<Function.Output, RemoteFailure>
  >

  /// The iterator over the results, to be used by one task at a time.
  public struct AsyncIterator: AsyncIteratorProtocol {
    fileprivate enum Source {
      case threads(ThreadResults.AsyncIterator, ThreadRun)
      case remote(Lifeline)
      case whole(WholeRun<Inputs, Function>)
    }

    fileprivate var source: Source

    /// Returns the next result or failure, or nil after the last one.
    ///
    /// - Throws: ``WorkerError`` if workers do not start or a checkpoint cannot be used, `CancellationError` if the task was
    ///   cancelled.
    public mutating func next() async throws -> Element? {
      switch source {
      case .whole(let run): return try await run.next()
      case .remote(let lifeline):
        return try await lifeline.storage.next().map { ($0.index, $0.value) }
      case .threads(var results, let run):
        defer { source = .threads(results, run) }
        do {
          return try await withTaskCancellationHandler {
            let next = try await results.next().map { ($0.index, $0.value) }
            if next == nil { run.end() }
            return next
          } onCancel: {
            run.cancellation.set()
          }
        } catch let failure as TaskFailure {
          throw failure.underlying
        }
      }
    }
  }

  /// Ends the map when the iterator is destroyed.
  fileprivate final class Lifeline: Sendable {
    let storage: RemoteResultsStorage<Inputs, Function>
    init(_ storage: RemoteResultsStorage<Inputs, Function>) { self.storage = storage }
    deinit { storage.cancel() }
  }

  private func elsewhere(_ place: any RemotePlace) -> RemoteResultsStorage<Inputs, Function> {
    let storage = RemoteResultsStorage(
      inputs, map, order: order, lookAhead: lookAhead ?? 4 * place.workerCount)
    storage.start(on: place)
    return storage
  }

  private func onThreads(_ count: Int?, _ run: ThreadRun) -> ThreadResults.AsyncIterator {
    let map = map, budget = ThreadBudget.current.count
    let share = Swift.max(1, budget / (count ?? budget))
    let streams = map.streams, cancellation = run.cancellation, checkpoint = run.checkpoint
    return inputs.enumerated().parallelResults(
      order: order, lookAhead: lookAhead, workers: count, progress: map.progress
    ) { index, element in
      try map.kept(index, element, try checkpoint.file(), cancellation) {
        map.attempt($0, index, streams, share, cancellation)
      }
    }.makeAsyncIterator()
  }
}

/// A map in an element of a job array: its results are only delivered if none is missing.
private final class WholeRun<Inputs: Sequence, Function: RemoteFunction>: @unchecked Sendable
where Inputs: Sendable, Inputs.Element == Function.Input {
  // Used by one task at a time, as the iterator that holds it.

  private let inputs: Inputs
  private let map: RemoteMap<Function>
  private let place: Place
  private var outcomes: [Result<Function.Output, RemoteFailure>]?
  private var position = 0

  init(_ inputs: Inputs, _ map: RemoteMap<Function>, _ place: Place) {
    (self.inputs, self.map, self.place) = (inputs, map, place)
  }

  func next() async throws -> (index: Int, outcome: Result<Function.Output, RemoteFailure>)? {
    if outcomes == nil {
      outcomes = try await RemoteMaps.run(
        map.function, Array(inputs), map.taskStreams, place, map.options, stopsAtFailure: false,
        map.checkpoint, map.progress
      ).outcomes
    }
    guard let outcomes, position < outcomes.count else { return nil }
    position += 1
    return (position - 1, outcomes[position - 1])
  }
}

/// A map on threads whose results are taken one by one; its tasks are told to end when its iterator is destroyed.
private final class ThreadRun: Sendable {
  let cancellation = CancellationWord()
  let checkpoint: OpenCheckpointStorage

  init<Function: RemoteFunction, Inputs: Sequence<Function.Input>>(
    _ map: RemoteMap<Function>, _ inputs: Inputs
  ) {
    let count = RemoteMaps.knownCount(inputs)
    checkpoint = OpenCheckpointStorage(
      Result {
        try map.options.validate(onThreads: true)
        try map.function.prepareHere()
        let file = try map.checkpoint.map { try CheckpointFile($0, try map.header(), count: count) }
        if count != nil { try file?.check(inputs) }
        return file
      })
  }

  deinit { cancellation.set() }

  /// Closes the checkpoint after the last task.
  func end() { checkpoint.close() }
}

extension Sequence where Self: Sendable, Element: Codable & Sendable {
  /// Maps a sequence lazily with a remote function, and delivers results and failures one at a time.
  ///
  /// In worker processes the thread that drives them also takes the elements: an input should not wait for something else.
  ///
  /// - Parameters:
  ///   - function: runs once per element, and again if it is retried.
  ///   - place: threads by default.
  ///   - order: order of completion (the default) or of the input.
  ///   - lookAhead: the largest number of elements in progress or finished but not yet consumed; default four for each worker.
  ///     It bounds memory, even for endless inputs.
  ///   - options: retries and limits; default none.
  ///   - checkpoint: keeps finished results; default none.
  ///   - progress: counts finished and failed tasks; default none.
  /// - Returns: pairs of input position and outcome; a failed task stops no other.
  public func parallelResults<Function: RemoteFunction>(
    _ function: Function, on place: Place = .threads, order: ResultOrder = .completion,
    lookAhead: Int? = nil, options: TaskOptions = TaskOptions(), checkpoint: Checkpoint? = nil,
    progress: MapProgress? = nil
  ) -> RemoteResults<Self, Function> where Function.Input == Element {
    RemoteResults(
      self, function, nil, place, order, lookAhead, options, checkpoint, progress)
  }

  /// Maps a sequence lazily, each element with its own random numbers, and delivers results and failures one at a time.
  ///
  /// - Parameters:
  ///   - function: runs once per element, and again, with the same numbers, if it is retried.
  ///   - place: threads by default.
  ///   - streams: consumed; the element with index `t` gets the stream of task `t`, as in a map.
  ///   - firstIndex: the index of the first element; default that of arrays, ranges and their slices, else 0.
  ///   - order: order of completion (the default) or of the input.
  ///   - lookAhead: the largest number of elements in progress or finished but not yet consumed; default four for each worker.
  ///   - options: retries and limits; default none.
  ///   - checkpoint: keeps finished results; default none.
  ///   - progress: counts finished and failed tasks; default none.
  /// - Returns: pairs of input position and outcome; a failed task stops no other.
  /// - Reproducibility: each result is a function of its element and stream only.
  public func parallelResults<Function: RemoteFunction>(
    _ function: Function, on place: Place = .threads, streams: consuming Streams<TaskStream>,
    firstIndex: Int? = nil, order: ResultOrder = .completion, lookAhead: Int? = nil,
    options: TaskOptions = TaskOptions(),
    checkpoint: Checkpoint? = nil, progress: MapProgress? = nil
  ) -> RemoteResults<Self, Function> where Function.Input == Element {
    let own =
      (self as? ClosedRange<Int>)?.lowerBound
      ?? (self as? any Collection).flatMap { $0.startIndex as? Int }
    let first = firstIndex ?? own ?? 0
    require(first >= 0, "Streams have indices from 0 on, not from \(first).")
    return RemoteResults(
      self, function, TaskStreams(streams.origin, first: first), place, order, lookAhead, options,
      checkpoint, progress)
  }
}

extension RemoteResults {
  fileprivate init(
    _ inputs: Inputs, _ function: Function, _ streams: TaskStreams?, _ place: Place,
    _ order: ResultOrder, _ lookAhead: Int?, _ options: TaskOptions, _ checkpoint: Checkpoint?,
    _ progress: MapProgress?
  ) {
    require(lookAhead ?? 1 >= 1, "The look-ahead must be at least 1, not \(lookAhead ?? 0).")
    self.inputs = inputs
    map = RemoteMap(
      function: function, elements: [], taskStreams: streams, options: options,
      stopsAtFailure: false,
      checkpoint: checkpoint, progress: progress)
    self.place = place
    self.order = order
    self.lookAhead = lookAhead
  }
}
