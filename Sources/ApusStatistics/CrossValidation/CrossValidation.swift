// Part of Apus, Apache-2.0. See LICENSE.
public import ApusParallel
public import ApusRandom

/// Predicts each row by a model fitted to all others, in parallel over the rows.
///
/// Any model serves: the closure fits and predicts.
///
/// ```swift
/// let predicted = try leaveOneOut(of: y.count, streams: seed.streams()) { training, held, rng in
///   try RandomForestRegressor(data, rows: training, streams: rng.substreams())
///     .predict(table.row(held))
/// }
/// ```
/// - Parameters:
///   - count: rows, at least 2.
///   - heldOut: predict only so many of the first rows; default all.
///   - streams: consumed; the fit without row `i` gets the stream of task `i`.
///   - workers: threads; default `ThreadBudget.current`.
///   - progress: told of finished rows; default none.
///   - record: notes how many random words each fit drew; default none.
///   - predict: gets the rows to fit to, the row to predict and a generator.
/// - Returns: the predictions in the order of the rows.
/// - Throws: ``StatisticsError`` for too few rows; `TaskFailure` of the smallest row that failed.
/// - Complexity: `count` calls.
/// - Reproducibility: a function of the data and the streams.
public func leaveOneOut<Generator: BitGenerator, Prediction: Sendable>(
  of count: Int, heldOut: Int? = nil, streams: consuming Streams<Generator>, workers: Int? = nil,
  progress: MapProgress? = nil, record: StreamRecord? = nil,
  predict: @Sendable (_ training: [Int], _ held: Int, inout Generator) throws -> Prediction
) throws -> [Prediction] {
  let folds = try Folds.leaveOneOut(of: count, heldOut: heldOut)
  return try folds.held.indices.parallelMap(
    streams: streams, workers: workers, progress: progress, record: record
  ) {
    row, generator throws in
    try predict(folds.training(row), row, &generator)
  }
}

/// Predicts each row by a model fitted to the other folds, in parallel over the folds.
///
/// - Parameters:
///   - count: rows, at least 2.
///   - folds: 2...`count`; rows are shuffled into them by a stream of their own.
///   - heldOut: cut only so many of the first rows into folds; default all.
///   - streams: consumed; fold `k` gets the stream of task `k`.
///   - workers: threads; default `ThreadBudget.current`.
///   - progress: told of finished folds; default none.
///   - record: notes how many random words each fit drew; default none.
///   - predict: gets the rows to fit to, the rows to predict and a generator; returns one
///     prediction per row.
/// - Returns: the predictions in the order of the rows.
/// - Throws: ``StatisticsError``; `TaskFailure` of the first fold that failed.
/// - Complexity: `folds` calls.
/// - Reproducibility: a function of the data and the streams.
public func kFold<Generator: BitGenerator, Prediction: Sendable>(
  of count: Int, folds: Int, heldOut: Int? = nil, streams: consuming Streams<Generator>,
  workers: Int? = nil, progress: MapProgress? = nil, record: StreamRecord? = nil,
  predict: @Sendable (_ training: [Int], _ held: [Int], inout Generator) throws -> [Prediction]
) throws -> [Prediction] {
  var shuffler = streams[max(0, folds)]
  let parts = try Folds.shuffled(folds, of: count, heldOut: heldOut, using: &shuffler)
  let perFold = try (0..<folds).parallelMap(
    streams: streams, workers: workers, progress: progress, record: record
  ) { fold, generator throws in
    let held = parts.held[fold]
    let predictions = try predict(parts.training(fold), held, &generator)
    guard predictions.count == held.count else {
      throw StatisticsError(
        .shape, "Fold \(fold) gave \(predictions.count) predictions for \(held.count) rows.")
    }
    return predictions
  }
  let pairs = zip(parts.held, perFold).flatMap { zip($0, $1) }
  return pairs.sorted { $0.0 < $1.0 }.map(\.1)
}
