// Part of Apus, Apache-2.0. See LICENSE.
public import ApusParallel
public import ApusRandom

/// Repeats a random experiment in parallel and keeps only the moments of its values, so that memory does not grow with the
/// repetitions.
///
/// ```swift
/// let price = monteCarloMoments(1_000_000_000, streams: seed.streams()) { rng in max(0, rng.normal()) }
/// print(price.mean, price.standardError)
/// ```
/// - Parameters:
///   - repetitions: the number of repetitions.
///   - streams: consumed; repetition `i` gets the stream of task `i`, as in `monteCarlo`.
///   - workers: threads to use; default `ThreadBudget.current`.
///   - progress: counts finished repetitions, a thousandth at a time; default none.
///   - record: counts the random words that each repetition drew; default none.
///   - experiment: computes one value with its generator.
/// - Complexity: `repetitions` calls, memory for 1024 blocks.
/// - Reproducibility: a function of the streams, bit for bit.
public func monteCarloMoments<Generator: BitGenerator>(
  _ repetitions: Int, streams: consuming Streams<Generator>, workers: Int? = nil,
  progress: MapProgress? = nil, record: StreamRecord? = nil,
  experiment: @Sendable (inout Generator) -> Double
) -> RunningMoments {
  require(repetitions >= 0, "The number of repetitions must not be negative: \(repetitions).")
  return (0..<repetitions).parallelReduce(
    RunningMoments(), streams: streams, workers: workers, progress: progress, record: record,
    transform: { _, generator in RunningMoments(experiment(&generator)) },
    combine: { $0.merging($1) })
}

/// Repeats a random experiment that may throw, and keeps only the moments of its values.
///
/// - Throws: `TaskFailure` with the first repetition that failed.
/// - Reproducibility: a function of the streams, bit for bit.
public func monteCarloMoments<Generator: BitGenerator>(
  _ repetitions: Int, streams: consuming Streams<Generator>, workers: Int? = nil,
  progress: MapProgress? = nil, record: StreamRecord? = nil,
  experiment: @Sendable (inout Generator) throws -> Double
) throws(TaskFailure) -> RunningMoments {
  require(repetitions >= 0, "The number of repetitions must not be negative: \(repetitions).")
  return try (0..<repetitions).parallelReduce(
    RunningMoments(), streams: streams, workers: workers, progress: progress, record: record,
    transform: { _, generator throws in RunningMoments(try experiment(&generator)) },
    combine: { $0.merging($1) })
}

/// Repeats a random experiment and keeps only the moments of its values, without blocking a Swift concurrency thread.
///
/// Cancelling the task ends it within one repetition.
///
/// - Throws: `TaskFailure` with the first repetition that failed, or `CancellationError`.
/// - Reproducibility: a function of the streams, bit for bit.
public func monteCarloMoments<Generator: BitGenerator>(
  _ repetitions: Int, streams: consuming Streams<Generator>, workers: Int? = nil,
  progress: MapProgress? = nil, record: StreamRecord? = nil,
  experiment: @escaping @Sendable (inout Generator) throws -> Double
) async throws -> RunningMoments {
  require(repetitions >= 0, "The number of repetitions must not be negative: \(repetitions).")
  return try await (0..<repetitions).parallelReduce(
    RunningMoments(), streams: streams, workers: workers, progress: progress, record: record,
    transform: { _, generator in RunningMoments(try experiment(&generator)) },
    combine: { $0.merging($1) })
}
