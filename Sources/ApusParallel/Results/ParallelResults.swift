// Part of Apus, Apache-2.0. See LICENSE.
public import ApusRandom

/// Results of a parallel map as they are finished, from an input that is taken a little at a time.
///
/// ```swift
/// for try await (index, value) in lines.parallelResults({ try parse($0) }) {
///   print(index, value)
/// }
/// ```
/// Leaving the loop, or cancelling its task, stops the map: no further input is taken.
public struct ParallelResults<Inputs: Sequence, Output: Sendable>: AsyncSequence
where Inputs: Sendable, Inputs.Element: Sendable {
  /// The input's position, counted from 0, and its result.
  public typealias Element = (index: Int, value: Output)

  private let makeStorage: @Sendable () -> ResultsStorage<Inputs, Output>

  init(makeStorage: @escaping @Sendable () -> ResultsStorage<Inputs, Output>) {
    self.makeStorage = makeStorage
  }

  /// Starts the map; each iterator takes the inputs anew.
  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(makeStorage()) }

  /// Takes results; one task at a time.
  public struct AsyncIterator: AsyncIteratorProtocol {
    private let lifeline: Lifeline

    init(_ storage: ResultsStorage<Inputs, Output>) { lifeline = Lifeline(storage) }

    /// The next result, or nil after the last one.
    ///
    /// - Throws: ``TaskFailure`` of the smallest index that failed, once and after the results of the
    ///   others that had begun (in input order: of those before it), then nil;
    ///   `CancellationError` if the task was cancelled.
    public mutating func next() async throws -> Element? { try await lifeline.storage.next() }
  }

  /// Ends the map when the iterator is gone.
  private final class Lifeline: Sendable {
    let storage: ResultsStorage<Inputs, Output>
    init(_ storage: ResultsStorage<Inputs, Output>) { self.storage = storage }
    deinit { storage.cancel() }
  }
}

extension Sequence where Self: Sendable, Element: Sendable {
  /// Maps a sequence lazily on the cores of this process and gives the results one by one.
  ///
  /// - Parameters:
  ///   - order: as finished (the default) or as the inputs come.
  ///   - lookAhead: inputs that may be in work or finished and not taken; default four per worker.
  ///     This bounds memory, also for endless inputs.
  ///   - workers: threads that work on it; default ``ThreadBudget/current``.
  ///   - progress: told of finished tasks; default none.
  ///   - transform: runs on several threads at once, at most once per element.
  /// - Returns: pairs of input position and result.
  public func parallelResults<Output: Sendable>(
    order: ResultOrder = .completion, lookAhead: Int? = nil, workers: Int? = nil,
    progress: MapProgress? = nil, _ transform: @escaping @Sendable (Element) throws -> Output
  ) -> ParallelResults<Self, Output> {
    results(order, lookAhead, MapOptions(workers: workers, chunk: nil, progress: progress)) {
      try transform($1)
    }
  }

  /// Maps a sequence lazily, each element with its own random numbers.
  ///
  /// - Parameters:
  ///   - streams: consumed; the element at position `t` gets the stream of task `t`.
  ///   - order: as finished (the default) or as the inputs come.
  ///   - lookAhead: inputs that may be in work or finished and not taken; default four per worker.
  ///   - workers: threads that work on it; default ``ThreadBudget/current``.
  ///   - progress: told of finished tasks; default none.
  ///   - record: notes how many words each task drew; default none.
  ///   - transform: gets the element and its generator.
  /// - Reproducibility: each result is a function of its element and stream only.
  public func parallelResults<Generator: BitGenerator, Output: Sendable>(
    streams: consuming Streams<Generator>, order: ResultOrder = .completion,
    lookAhead: Int? = nil, workers: Int? = nil, progress: MapProgress? = nil,
    record: StreamRecord? = nil,
    _ transform: @escaping @Sendable (Element, inout Generator) throws -> Output
  ) -> ParallelResults<Self, Output> {
    let source = streams.source()
    let recorded = record?.begin(source.origin, tasks: 0)
    return results(
      order, lookAhead, MapOptions(workers: workers, chunk: nil, progress: progress)
    ) { index, element in
      try source.run(index, recorded) { try transform(element, &$0) }
    }
  }

  private func results<Output: Sendable>(
    _ order: ResultOrder, _ lookAhead: Int?, _ options: MapOptions,
    _ transform: @escaping @Sendable (Int, Element) throws -> Output
  ) -> ParallelResults<Self, Output> {
    precondition(lookAhead ?? 1 >= 1, "The look-ahead is at least 1, not \(lookAhead ?? 0).")
    let lookAhead = lookAhead ?? 4 * options.workers
    return ParallelResults {
      ResultsStorage(
        self, order: order, lookAhead: lookAhead, options: options, transform: transform)
    }
  }
}
