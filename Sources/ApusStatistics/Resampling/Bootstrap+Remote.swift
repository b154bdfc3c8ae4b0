// Part of Apus, Apache-2.0. See LICENSE.
public import ApusParallel
public import ApusRandom
public import ApusWorkers

/// Computes a statistic, which can travel, on resamples drawn with replacement, on threads or in worker processes.
///
/// ```swift
/// let result = try await bootstrap(
///   incomes, resamples: 10_000, on: .processes(4), streams: seed.streams(), statistic: Median())
/// ```
/// - Parameters:
///   - sample: at least one observation; sent once to each worker.
///   - resamples: the number of resamples.
///   - place: threads by default.
///   - streams: consumed; resample `i` gets the stream of task `i`.
///   - options: retries and limits; default none.
///   - checkpoint: keeps finished replicates, so that a run that was killed goes on; default none.
///   - progress: counts finished and failed resamples; default none.
///   - statistic: a function of a sample.
/// - Throws: what `statistic` throws for the sample itself; `RemoteFailure` with the first resample that failed; `WorkerError`;
///   `CancellationError`.
/// - Complexity: `resamples` + 1 calls.
/// - Reproducibility: the same replicates as from a closure with these streams, in every place.
public func bootstrap<Observation: Codable & Sendable, Statistic: RemoteFunction>(
  _ sample: [Observation], resamples: Int, on place: Place = .threads,
  streams: consuming Streams<TaskStream>, options: TaskOptions = TaskOptions(),
  checkpoint: Checkpoint? = nil, progress: MapProgress? = nil, statistic: Statistic
) async throws -> BootstrapResult<Statistic.Output> where Statistic.Input == [Observation] {
  checkBootstrap(sample, resamples)
  let origin = streams.origin
  let estimate = try await onWorkers {
    try statistic.prepareHere()
    return try statistic(sample, TaskContext())
  }
  let replicates = try await (0..<resamples).parallelMap(
    Resampled(sample: sample, statistic: statistic), on: place, streams: streams, options: options,
    checkpoint: checkpoint, progress: progress)
  return BootstrapResult(estimate: estimate, replicates: replicates, origin: origin)
}

/// A statistic of a resample that the task draws.
struct Resampled<Observation: Codable & Sendable, Statistic: RemoteFunction>: RemoteFunction
where Statistic.Input == [Observation] {
  var sample: [Observation]
  var statistic: Statistic

  func prepare() throws { try statistic.prepareHere() }

  func callAsFunction(
    _ index: Int, _ rng: inout TaskStream, _ context: TaskContext
  ) throws -> Statistic.Output {
    try statistic(resample(sample, &rng), context)
  }
}

/// Not available: a closure cannot travel to another process.
@available(
  *, unavailable,
  message:
    "A closure cannot travel to another process. Write a struct that conforms to RemoteFunction, with what the closure captures as its properties and its body as callAsFunction, and pass a value of it."
)
public func bootstrap<Observation, Output>(
  _ sample: [Observation], resamples: Int, on place: Place,
  streams: consuming Streams<TaskStream>, statistic: ([Observation]) throws -> Output
) async throws -> BootstrapResult<Output> { fatalError("not available") }
