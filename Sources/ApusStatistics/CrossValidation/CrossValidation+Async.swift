// Part of Apus, Apache-2.0. See LICENSE.
public import ApusParallel
public import ApusRandom

/// Predicts each row with a model fitted to all others, without blocking a Swift concurrency thread.
///
/// As the synchronous form; cancelling the task ends it within one fit.
///
/// - Returns: the predictions in the order of the rows.
/// - Throws: ``StatisticsError`` for too few rows; `TaskFailure` with the smallest row that failed; `CancellationError`.
/// - Complexity: `count` calls.
/// - Reproducibility: a function of the data and the streams.
public func leaveOneOut<Generator: BitGenerator, Prediction: Sendable>(
  of count: Int, heldOutCount: Int? = nil, streams: consuming Streams<Generator>,
  workers: Int? = nil, progress: MapProgress? = nil, record: StreamRecord? = nil,
  predict:
    @escaping @Sendable (_ trainingRows: [Int], _ heldOutRow: Int, inout Generator) throws ->
    Prediction
) async throws -> [Prediction] {
  let folds = try Folds.leaveOneOut(of: count, heldOutCount: heldOutCount)
  return try await folds.heldOutRows.indices.parallelMap(
    streams: streams, workers: workers, progress: progress, record: record
  ) { row, generator in
    try predict(folds.trainingRows(fold: row), row, &generator)
  }
}

/// Predicts each row with a model fitted to the other folds, without blocking a Swift concurrency thread.
///
/// As the synchronous form; cancelling the task ends it within one fit.
///
/// - Returns: the predictions in the order of the rows.
/// - Throws: ``StatisticsError``; `TaskFailure` with the first fold that failed; `CancellationError`.
/// - Complexity: `folds` calls.
/// - Reproducibility: a function of the data and the streams.
public func kFold<Generator: BitGenerator, Prediction: Sendable>(
  of count: Int, folds: Int, heldOutCount: Int? = nil, streams: consuming Streams<Generator>,
  workers: Int? = nil, progress: MapProgress? = nil, record: StreamRecord? = nil,
  predict:
    @escaping @Sendable (_ trainingRows: [Int], _ heldOutRows: [Int], inout Generator) throws ->
    [Prediction]
) async throws -> [Prediction] {
  try Folds.check(folds, of: count, heldOutCount: heldOutCount, streams: streams.origin)
  var shuffler = streams[folds]
  let parts = try Folds.shuffled(folds, of: count, heldOutCount: heldOutCount, using: &shuffler)
  let perFold = try await (0..<folds).parallelMap(
    streams: streams, workers: workers, progress: progress, record: record
  ) { fold, generator in
    try parts.checked(
      predict(parts.trainingRows(fold: fold), parts.heldOutRows[fold], &generator), fold)
  }
  return parts.inRowOrder(perFold)
}

extension Folds {
  /// The predictions of a fold, after a check of their count.
  func checked<Prediction>(_ predictions: [Prediction], _ fold: Int) throws -> [Prediction] {
    guard predictions.count == heldOutRows[fold].count else {
      throw StatisticsError(
        .shape,
        "Fold \(fold) returned \(predictions.count) predictions for \(heldOutRows[fold].count) rows."
      )
    }
    return predictions
  }

  /// The predictions of all folds in the order of their rows.
  func inRowOrder<Prediction>(_ perFold: [[Prediction]]) -> [Prediction] {
    let pairs = zip(heldOutRows, perFold).flatMap { zip($0, $1) }
    return pairs.sorted { $0.0 < $1.0 }.map(\.1)
  }
}
