// Part of Apus, Apache-2.0. See LICENSE.
public import ApusParallel
public import ApusRandom

/// Predicts each row with a model fitted to all other rows, in parallel over the rows.
///
/// Any model will do: the closure fits it and predicts.
///
/// ```swift
/// let predicted = try leaveOneOut(of: y.count, streams: seed.streams()) { training, held, rng in
///   try RandomForestRegressor(data, rows: training, streams: rng.substreams())
///     .predict(table.row(held))
/// }
/// ```
/// - Parameters:
///   - count: rows, at least 2.
///   - heldOutCount: the number of rows to predict, from the first on; default all.
///   - streams: consumed; the fit without row `i` gets the stream of task `i`.
///   - workers: threads to use; default `ThreadBudget.current`.
///   - progress: counts finished rows; default none.
///   - record: counts the random words that each fit drew; default none.
///   - predict: gets the training rows, the held-out row and a generator.
/// - Returns: the predictions in the order of the rows.
/// - Throws: ``StatisticsError`` for too few rows; `TaskFailure` with the smallest row that failed.
/// - Complexity: `count` calls.
/// - Reproducibility: a function of the data and the streams.
public func leaveOneOut<Generator: BitGenerator, Prediction: Sendable>(
  of count: Int, heldOutCount: Int? = nil, streams: consuming Streams<Generator>,
  workers: Int? = nil,
  progress: MapProgress? = nil, record: StreamRecord? = nil,
  predict:
    @Sendable (_ trainingRows: [Int], _ heldOutRow: Int, inout Generator) throws -> Prediction
) throws -> [Prediction] {
  let folds = try Folds.leaveOneOut(of: count, heldOutCount: heldOutCount)
  return try folds.heldOutRows.indices.parallelMap(
    streams: streams, workers: workers, progress: progress, record: record
  ) {
    row, generator throws in
    try predict(folds.trainingRows(fold: row), row, &generator)
  }
}

/// Predicts each row with a model fitted to the other folds, in parallel over the folds.
///
/// - Parameters:
///   - count: rows, at least 2.
///   - folds: from 2 to the number of rows held out; a separate stream shuffles the rows into them.
///   - heldOutCount: the number of rows to divide into folds, from the first on; default all.
///   - streams: consumed; fold `k` gets the stream of task `k`.
///   - workers: threads to use; default `ThreadBudget.current`.
///   - progress: counts finished folds; default none.
///   - record: counts the random words that each fit drew; default none.
///   - predict: gets the training rows, the held-out rows and a generator; returns one prediction
///     per held-out row.
/// - Returns: the predictions in the order of the rows.
/// - Throws: ``StatisticsError``; `TaskFailure` with the first fold that failed.
/// - Complexity: `folds` calls.
/// - Reproducibility: a function of the data and the streams.
public func kFold<Generator: BitGenerator, Prediction: Sendable>(
  of count: Int, folds: Int, heldOutCount: Int? = nil, streams: consuming Streams<Generator>,
  workers: Int? = nil, progress: MapProgress? = nil, record: StreamRecord? = nil,
  predict:
    @Sendable (_ trainingRows: [Int], _ heldOutRows: [Int], inout Generator) throws -> [Prediction]
) throws -> [Prediction] {
  try Folds.check(folds, of: count, heldOutCount: heldOutCount, streams: streams.origin)
  var shuffler = streams[folds]
  let parts = try Folds.shuffled(folds, of: count, heldOutCount: heldOutCount, using: &shuffler)
  let perFold = try (0..<folds).parallelMap(
    streams: streams, workers: workers, progress: progress, record: record
  ) { fold, generator throws in
    let held = parts.heldOutRows[fold]
    return try parts.checked(
      predict(parts.trainingRows(fold: fold), held, &generator), fold)
  }
  return parts.inRowOrder(perFold)
}
