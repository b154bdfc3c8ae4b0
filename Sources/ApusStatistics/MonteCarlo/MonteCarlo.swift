// Part of Apus, Apache-2.0. See LICENSE.
public import ApusParallel
public import ApusRandom

/// Repeats a random experiment in parallel, each repetition with its own stream.
///
/// ```swift
/// let price = monteCarlo(100_000, streams: seed.streams()) { rng in
///   max(0, 100 * exp(0.2 * rng.normal() - 0.02) - 105)
/// }
/// print(price.mean, price.standardError)
/// ```
/// - Parameters:
///   - repetitions: the number of repetitions.
///   - streams: consumed; repetition `i` gets the stream of task `i`.
///   - workers: threads to use; default `ThreadBudget.current`.
///   - progress: counts finished repetitions; default none.
///   - record: counts the random words that each repetition drew; default none.
///   - experiment: computes one value with its generator.
/// - Complexity: `repetitions` calls.
/// - Reproducibility: a function of the streams.
public func monteCarlo<Value: Sendable, Generator: BitGenerator>(
  _ repetitions: Int, streams: consuming Streams<Generator>, workers: Int? = nil,
  progress: MapProgress? = nil, record: StreamRecord? = nil,
  experiment: @Sendable (inout Generator) -> Value
) -> MonteCarloResult<Value> {
  require(repetitions >= 0, "The number of repetitions must not be negative: \(repetitions).")
  let origin = streams.origin
  let values = (0..<repetitions).parallelMap(
    streams: streams, workers: workers, progress: progress, record: record
  ) { _, generator in experiment(&generator) }
  return MonteCarloResult(values: values, origin: origin)
}

/// Repeats a random experiment that may throw, in parallel.
///
/// - Parameters:
///   - repetitions: the number of repetitions.
///   - streams: consumed; repetition `i` gets the stream of task `i`.
///   - workers: threads to use; default `ThreadBudget.current`.
///   - progress: counts finished and failed repetitions; default none.
///   - record: counts the random words that each repetition drew; default none.
///   - experiment: computes one value with its generator.
/// - Throws: `TaskFailure` with the first repetition that failed.
/// - Reproducibility: a function of the streams.
public func monteCarlo<Value: Sendable, Generator: BitGenerator>(
  _ repetitions: Int, streams: consuming Streams<Generator>, workers: Int? = nil,
  progress: MapProgress? = nil, record: StreamRecord? = nil,
  experiment: @Sendable (inout Generator) throws -> Value
) throws(TaskFailure) -> MonteCarloResult<Value> {
  require(repetitions >= 0, "The number of repetitions must not be negative: \(repetitions).")
  let origin = streams.origin
  let values = try (0..<repetitions).parallelMap(
    streams: streams, workers: workers, progress: progress, record: record
  ) { _, generator throws in try experiment(&generator) }
  return MonteCarloResult(values: values, origin: origin)
}

/// Repeats a random experiment in parallel, without blocking a Swift concurrency thread.
///
/// Cancelling the task ends it within some milliseconds, or one repetition.
///
/// - Throws: `TaskFailure` with the first repetition that failed, or `CancellationError`.
/// - Reproducibility: a function of the streams.
public func monteCarlo<Value: Sendable, Generator: BitGenerator>(
  _ repetitions: Int, streams: consuming Streams<Generator>, workers: Int? = nil,
  progress: MapProgress? = nil, record: StreamRecord? = nil,
  experiment: @escaping @Sendable (inout Generator) throws -> Value
) async throws -> MonteCarloResult<Value> {
  require(repetitions >= 0, "The number of repetitions must not be negative: \(repetitions).")
  let origin = streams.origin
  let values = try await (0..<repetitions).parallelMap(
    streams: streams, workers: workers, progress: progress, record: record
  ) { _, generator in try experiment(&generator) }
  return MonteCarloResult(values: values, origin: origin)
}

/// The values of a repeated random experiment.
public struct MonteCarloResult<Value: Sendable>: Sendable {
  /// One value per repetition, in order.
  public let values: [Value]
  /// Where the random numbers came from.
  public let origin: StreamOrigin
}

extension MonteCarloResult where Value == Double {
  /// The mean of the values.
  public var mean: Double { PairwiseSum.mean(values) }

  /// The standard error of the mean: standard deviation divided by the square root of the count.
  public var standardError: Double {
    Moments(values).standardDeviation / Double(values.count).squareRoot()
  }
}
