// Part of Apus, Apache-2.0. See LICENSE.
public import ApusRandom

/// The results of a parallel map over a lazily read input, as an async sequence.
///
/// ```swift
/// for try await (index, value) in lines.parallelResults({ try parse($0) }) {
///   print(index, value)
/// }
/// ```
/// Leaving the loop, or cancelling its task, stops the map: no more input is read.
public struct ParallelResults<Inputs: Sequence, Output: Sendable>: AsyncSequence
where Inputs: Sendable, Inputs.Element: Sendable {
  /// The input's position, counted from 0, and its result.
  public typealias Element = (index: Int, value: Output)

  private let makeStorage: @Sendable () -> ResultsStorage<Inputs, Output>

  init(makeStorage: @escaping @Sendable () -> ResultsStorage<Inputs, Output>) {
    self.makeStorage = makeStorage
  }

  /// Starts the map; each iterator reads the input from its beginning.
  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(makeStorage()) }

  /// The iterator over the results, to be used by one task at a time.
  public struct AsyncIterator: AsyncIteratorProtocol {
    private let lifeline: Lifeline

    init(_ storage: ResultsStorage<Inputs, Output>) { lifeline = Lifeline(storage) }

    /// Returns the next result, or nil after the last one.
    ///
    /// - Throws: ``TaskFailure`` with the smallest index that failed, once, after the results of the
    ///   other tasks that had started (in input order: of those before it); then it returns nil.
    ///   `CancellationError` if the task was cancelled.
    public mutating func next() async throws -> Element? { try await lifeline.storage.next() }
  }

  /// Cancels the map when the iterator is destroyed.
  private final class Lifeline: Sendable {
    let storage: ResultsStorage<Inputs, Output>
    init(_ storage: ResultsStorage<Inputs, Output>) { self.storage = storage }
    deinit { storage.cancel() }
  }
}

extension Sequence where Self: Sendable, Element: Sendable {
  /// Maps a sequence lazily on the cores of this process and delivers the results one at a time.
  ///
  /// - Parameters:
  ///   - order: order of completion (the default) or of the input.
  ///   - lookAhead: the largest number of inputs in progress or finished but not yet consumed;
  ///     default four per worker. It bounds memory, even for endless inputs.
  ///   - workers: threads to use; default ``ThreadBudget/current``.
  ///   - progress: counts finished tasks; default none.
  ///   - transform: runs on several threads at once, at most once per element.
  /// - Returns: pairs of input position and result.
  public func parallelResults<Output: Sendable>(
    order: ResultOrder = .completion, lookAhead: Int? = nil, workers: Int? = nil,
    progress: MapProgress? = nil, _ transform: @escaping @Sendable (Element) throws -> Output
  ) -> ParallelResults<Self, Output> {
    results(order, lookAhead, LoopOptions(workers: workers, chunk: nil, progress: progress)) {
      try transform($1)
    }
  }

  /// Maps a sequence lazily, each element with its own random numbers.
  ///
  /// - Parameters:
  ///   - streams: consumed; the element with index `t` gets the stream of task `t`, as in a map.
  ///   - firstIndex: the index of the first element; default that of arrays, ranges and their slices, else 0.
  ///   - order: order of completion (the default) or of the input.
  ///   - lookAhead: the largest number of inputs in progress or finished but not yet consumed;
  ///     default four per worker.
  ///   - workers: threads to use; default ``ThreadBudget/current``.
  ///   - progress: counts finished tasks; default none.
  ///   - record: counts the random words that each task drew; default none.
  ///   - transform: gets the element and its generator.
  /// - Reproducibility: each result is a function of its element and stream only.
  public func parallelResults<Generator: BitGenerator, Output: Sendable>(
    streams: consuming Streams<Generator>, firstIndex: Int? = nil,
    order: ResultOrder = .completion, lookAhead: Int? = nil, workers: Int? = nil,
    progress: MapProgress? = nil,
    record: StreamRecord? = nil,
    _ transform: @escaping @Sendable (Element, inout Generator) throws -> Output
  ) -> ParallelResults<Self, Output> {
    let source = streams.makeSource()
    let own =
      (self as? ClosedRange<Int>)?.lowerBound
      ?? (self as? any Collection).flatMap { $0.startIndex as? Int }
    let first = firstIndex ?? own ?? 0
    require(first >= 0, "Streams have indices from 0 on, not from \(first).")
    let recorded = record?.begin(source.origin, tasks: 0)
    return results(
      order, lookAhead, LoopOptions(workers: workers, chunk: nil, progress: progress)
    ) { index, element in
      try source.run(first + index, recorded) { try transform(element, &$0) }
    }
  }

  private func results<Output: Sendable>(
    _ order: ResultOrder, _ lookAhead: Int?, _ options: LoopOptions,
    _ transform: @escaping @Sendable (Int, Element) throws -> Output
  ) -> ParallelResults<Self, Output> {
    require(lookAhead ?? 1 >= 1, "The look-ahead must be at least 1, not \(lookAhead ?? 0).")
    let lookAhead = lookAhead ?? 4 * options.workers
    return ParallelResults {
      ResultsStorage(
        self, order: order, lookAhead: lookAhead, options: options, transform: transform)
    }
  }
}
