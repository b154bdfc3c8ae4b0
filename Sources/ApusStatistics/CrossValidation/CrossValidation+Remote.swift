// Part of Apus, Apache-2.0. See LICENSE.
public import ApusParallel
public import ApusRandom
public import ApusWorkers

/// Predicts each row with a model fitted to all others, by a function that can travel, on threads or in worker processes.
///
/// ```swift
/// let predicted = try await leaveOneOut(
///   of: y.count, on: .processes(4), streams: seed.streams(), predict: Neighbours(y: y))
/// ```
/// - Parameters:
///   - count: rows, at least 2.
///   - heldOutCount: the number of rows to predict, from the first on; default all.
///   - place: threads by default.
///   - streams: consumed; the fit without row `i` gets the stream of task `i`.
///   - options: retries and limits; default none.
///   - checkpoint: keeps finished predictions, so that a run that was killed goes on; default none.
///   - progress: counts finished and failed rows; default none.
///   - predict: gets a fold with one held-out row, and its generator if it wants one.
/// - Returns: the predictions in the order of the rows.
/// - Throws: ``StatisticsError`` for too few rows; `RemoteFailure` with the smallest row that failed; `WorkerError`;
///   `CancellationError`.
/// - Complexity: `count` calls.
/// - Reproducibility: the same predictions as from a closure with these streams, in every place.
public func leaveOneOut<Predict: RemoteFunction>(
  of count: Int, heldOutCount: Int? = nil, on place: Place = .threads,
  streams: consuming Streams<TaskStream>, options: TaskOptions = TaskOptions(),
  checkpoint: Checkpoint? = nil, progress: MapProgress? = nil, predict: Predict
) async throws -> [Predict.Output] where Predict.Input == Fold {
  let folds = try Folds.leaveOneOut(of: count, heldOutCount: heldOutCount)
  return try await folds.heldOutRows.indices.parallelMap(
    HeldOutFold(folds: folds, predict: predict), on: place, streams: streams, options: options,
    checkpoint: checkpoint, progress: progress)
}

/// Predicts each row with a model fitted to the other folds, by a function that can travel, on threads or in worker processes.
///
/// - Parameters:
///   - count: rows, at least 2.
///   - folds: from 2 to the number of rows held out; a separate stream shuffles the rows into them.
///   - heldOutCount: the number of rows to divide into folds, from the first on; default all.
///   - place: threads by default.
///   - streams: consumed; fold `k` gets the stream of task `k`.
///   - options: retries and limits; default none.
///   - checkpoint: keeps finished folds, so that a run that was killed goes on; default none.
///   - progress: counts finished and failed folds; default none.
///   - predict: gets a fold, and its generator if it wants one; returns one prediction per held-out row.
/// - Returns: the predictions in the order of the rows.
/// - Throws: ``StatisticsError``; `RemoteFailure` with the first fold that failed; `WorkerError`; `CancellationError`.
/// - Complexity: `folds` calls.
/// - Reproducibility: the same predictions as from a closure with these streams, in every place.
public func kFold<Predict: RemoteFunction, Prediction: Codable & Sendable>(
  of count: Int, folds: Int, heldOutCount: Int? = nil, on place: Place = .threads,
  streams: consuming Streams<TaskStream>, options: TaskOptions = TaskOptions(),
  checkpoint: Checkpoint? = nil, progress: MapProgress? = nil, predict: Predict
) async throws -> [Prediction] where Predict.Input == Fold, Predict.Output == [Prediction] {
  try Folds.check(folds, of: count, heldOutCount: heldOutCount, streams: streams.origin)
  var shuffler = streams[folds]
  let parts = try Folds.shuffled(folds, of: count, heldOutCount: heldOutCount, using: &shuffler)
  let perFold = try await (0..<folds).parallelMap(
    HeldOutFold(folds: parts, predict: predict), on: place, streams: streams, options: options,
    checkpoint: checkpoint, progress: progress)
  for (fold, predictions) in perFold.enumerated() { _ = try parts.checked(predictions, fold) }
  return parts.inRowOrder(perFold)
}

/// A prediction for the fold at an index, whose rows the worker finds itself.
struct HeldOutFold<Predict: RemoteFunction>: RemoteFunction where Predict.Input == Fold {
  var folds: Folds
  var predict: Predict

  func prepare() throws { try predict.prepareHere() }

  func callAsFunction(
    _ index: Int, _ rng: inout TaskStream, _ context: TaskContext
  ) throws -> Predict.Output {
    try predict(
      Fold(trainingRows: folds.trainingRows(fold: index), heldOutRows: folds.heldOutRows[index]),
      &rng, context)
  }
}

/// Not available: a closure cannot travel to another process.
@available(
  *, unavailable,
  message:
    "A closure cannot travel to another process. Write a struct that conforms to RemoteFunction, with what the closure captures as its properties and its body as callAsFunction, and pass a value of it."
)
public func leaveOneOut<Prediction>(
  of count: Int, on place: Place, streams: consuming Streams<TaskStream>,
  predict: (Fold, inout TaskStream) throws -> Prediction
) async throws -> [Prediction] { fatalError("not available") }

/// Not available: a closure cannot travel to another process.
@available(
  *, unavailable,
  message:
    "A closure cannot travel to another process. Write a struct that conforms to RemoteFunction, with what the closure captures as its properties and its body as callAsFunction, and pass a value of it."
)
public func kFold<Prediction>(
  of count: Int, folds: Int, on place: Place, streams: consuming Streams<TaskStream>,
  predict: (Fold, inout TaskStream) throws -> [Prediction]
) async throws -> [Prediction] { fatalError("not available") }
