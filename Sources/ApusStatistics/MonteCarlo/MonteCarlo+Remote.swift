// Part of Apus, Apache-2.0. See LICENSE.
public import ApusParallel
public import ApusRandom
public import ApusWorkers

/// Repeats a random experiment, which can travel, on threads or in worker processes.
///
/// ```swift
/// let price = try await monteCarlo(
///   100_000, on: .processes(4), streams: seed.streams(), experiment: OptionPrice(strike: 105))
/// ```
/// - Parameters:
///   - repetitions: the number of repetitions.
///   - place: threads by default.
///   - streams: consumed; repetition `i` gets the stream of task `i`.
///   - options: retries and limits; default none.
///   - checkpoint: keeps finished values, so that a run that was killed goes on; default none.
///   - progress: counts finished and failed repetitions; default none.
///   - experiment: gets the number of its repetition and its generator.
/// - Throws: `RemoteFailure` with the first repetition that failed; `WorkerError`; `CancellationError`.
/// - Complexity: `repetitions` calls.
/// - Reproducibility: the same values as from a closure with these streams, in every place.
public func monteCarlo<Experiment: RemoteFunction>(
  _ repetitions: Int, on place: Place = .threads, streams: consuming Streams<TaskStream>,
  options: TaskOptions = TaskOptions(), checkpoint: Checkpoint? = nil,
  progress: MapProgress? = nil, experiment: Experiment
) async throws -> MonteCarloResult<Experiment.Output> where Experiment.Input == Int {
  require(repetitions >= 0, "The number of repetitions must not be negative: \(repetitions).")
  let origin = streams.origin
  let values = try await (0..<repetitions).parallelMap(
    experiment, on: place, streams: streams, options: options, checkpoint: checkpoint,
    progress: progress)
  return MonteCarloResult(values: values, origin: origin)
}

/// Not available: a closure cannot travel to another process.
@available(
  *, unavailable,
  message:
    "A closure cannot travel to another process. Write a struct that conforms to RemoteFunction, with what the closure captures as its properties and its body as callAsFunction, and pass a value of it."
)
public func monteCarlo<Output>(
  _ repetitions: Int, on place: Place, streams: consuming Streams<TaskStream>,
  experiment: (Int, inout TaskStream) throws -> Output
) async throws -> MonteCarloResult<Output> { fatalError("not available") }
