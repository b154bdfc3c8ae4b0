// Part of Apus, Apache-2.0. See LICENSE.
public import ApusParallel
public import ApusRandom

/// Computes a statistic on resamples drawn with replacement (Efron 1979), in parallel.
///
/// ```swift
/// let result = bootstrap(incomes, resamples: 10_000, streams: seed.streams()) { Quantile.median(of: $0) }
/// print(result.estimate, result.standardError, result.percentileInterval(level: 0.95))
/// ```
/// - Parameters:
///   - sample: at least one observation.
///   - resamples: the number of resamples: a thousand for a standard error, ten thousand for an interval.
///   - streams: consumed; resample `i` gets the stream of task `i`.
///   - workers: threads to use; default `ThreadBudget.current`.
///   - progress: counts finished resamples; default none.
///   - record: counts the random words that each resample drew; default none.
///   - statistic: a function of a sample.
/// - Complexity: `resamples` + 1 calls.
/// - Reproducibility: a function of sample and streams.
/// - Compatibility: resample `i` has the indices that NumPy's `rng.integers(0, n, n)` draws from the stream.
public func bootstrap<Observation: Sendable, Value: Sendable, Generator: BitGenerator>(
  _ sample: [Observation], resamples: Int, streams: consuming Streams<Generator>,
  workers: Int? = nil, progress: MapProgress? = nil, record: StreamRecord? = nil,
  statistic: @Sendable ([Observation]) -> Value
) -> BootstrapResult<Value> {
  checkBootstrap(sample, resamples)
  let origin = streams.origin
  let replicates = (0..<resamples).parallelMap(
    streams: streams, workers: workers, progress: progress, record: record
  ) { _, generator in
    statistic(resample(sample, &generator))
  }
  return BootstrapResult(estimate: statistic(sample), replicates: replicates, origin: origin)
}

/// Computes a statistic that may throw on resamples drawn with replacement, in parallel.
///
/// - Parameters:
///   - sample: at least one observation.
///   - resamples: the number of resamples.
///   - streams: consumed; resample `i` gets the stream of task `i`.
///   - workers: threads to use; default `ThreadBudget.current`.
///   - progress: counts finished and failed resamples; default none.
///   - record: counts the random words that each resample drew; default none.
///   - statistic: a function of a sample.
/// - Throws: what `statistic` throws for the sample itself; `TaskFailure` with the first resample that failed.
/// - Reproducibility: a function of sample and streams.
public func bootstrap<Observation: Sendable, Value: Sendable, Generator: BitGenerator>(
  _ sample: [Observation], resamples: Int, streams: consuming Streams<Generator>,
  workers: Int? = nil, progress: MapProgress? = nil, record: StreamRecord? = nil,
  statistic: @Sendable ([Observation]) throws -> Value
) throws -> BootstrapResult<Value> {
  checkBootstrap(sample, resamples)
  let origin = streams.origin
  let estimate = try statistic(sample)
  let replicates = try (0..<resamples).parallelMap(
    streams: streams, workers: workers, progress: progress, record: record
  ) { _, generator throws in try statistic(resample(sample, &generator)) }
  return BootstrapResult(estimate: estimate, replicates: replicates, origin: origin)
}

/// Computes a statistic on resamples drawn with replacement, without blocking a Swift concurrency thread.
///
/// Cancelling the task ends it within some milliseconds, or one resample.
///
/// - Throws: what `statistic` throws for the sample itself; `TaskFailure` with the first resample that failed;
///   `CancellationError`.
/// - Reproducibility: a function of sample and streams.
public func bootstrap<Observation: Sendable, Value: Sendable, Generator: BitGenerator>(
  _ sample: [Observation], resamples: Int, streams: consuming Streams<Generator>,
  workers: Int? = nil, progress: MapProgress? = nil, record: StreamRecord? = nil,
  statistic: @escaping @Sendable ([Observation]) throws -> Value
) async throws -> BootstrapResult<Value> {
  checkBootstrap(sample, resamples)
  let origin = streams.origin
  let estimate = try await onWorkers { try statistic(sample) }
  let replicates = try await (0..<resamples).parallelMap(
    streams: streams, workers: workers, progress: progress, record: record
  ) { _, generator in try statistic(resample(sample, &generator)) }
  return BootstrapResult(estimate: estimate, replicates: replicates, origin: origin)
}

func checkBootstrap<Observation>(_ sample: [Observation], _ resamples: Int) {
  require(!sample.isEmpty, "A bootstrap needs at least one observation.")
  require(resamples >= 0, "The number of resamples must not be negative: \(resamples).")
}

/// As many observations as the sample has, drawn with replacement.
func resample<Observation, Generator: BitGenerator>(
  _ sample: [Observation], _ generator: inout Generator
) -> [Observation] {
  sample.indices.map { _ in sample[generator.integer(in: 0...(sample.count - 1))] }
}

/// A statistic of a sample and of its resamples.
public struct BootstrapResult<Value: Sendable>: Sendable {
  /// The statistic of the sample itself.
  public let estimate: Value
  /// The statistic of each resample.
  public let replicates: [Value]
  /// Where the random numbers came from.
  public let origin: StreamOrigin
}

extension BootstrapResult where Value == Double {
  /// The standard deviation of the replicates (divisor n - 1).
  public var standardError: Double { Moments(replicates).standardDeviation }

  /// The replicates' mean minus the estimate.
  public var bias: Double { PairwiseSum.mean(replicates) - estimate }

  /// Returns the percentile interval, which holds the middle share `level` of the replicates.
  ///
  /// - Parameter level: between 0 and 1, such as 0.95.
  /// - Returns: the interval, whose ends may be infinite; nil if there is no replicate, one of them is NaN, or an end lies
  ///   between the two infinities.
  /// - Complexity: O(n log n) for n replicates.
  public func percentileInterval(level: Double) -> ClosedRange<Double>? {
    require(level > 0 && level < 1, "The level must be between 0 and 1, not \(level).")
    if replicates.isEmpty || replicates.contains(where: \.isNaN) { return nil }
    let sorted = replicates.sorted()
    let tail = (1 - level) / 2
    let (lower, upper) = (
      Quantile.linear(of: sorted, at: tail), Quantile.linear(of: sorted, at: 1 - tail)
    )
    // Interpolation of two huge values can round the wrong way by one unit.
    return lower.isNaN || upper.isNaN ? nil : min(lower, upper)...max(lower, upper)
  }
}
