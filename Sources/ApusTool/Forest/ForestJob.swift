// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusRandom
import ApusStatistics
import ApusTables
import ApusWorkers

/// The cross-validation that `apus forest` runs, with its input checked.
struct ForestJob {
  let input: ForestInput
  let folds: FoldsOption
  let heldOutCount: Int
  let options: ForestOptions
  let workers: Int
  let seed: UInt128

  /// What the forests predict of the held-out rows.
  struct Outcome {
    /// Values, or positions of classes.
    let predictions: [Double]
    /// The mean importance of each feature over all forests.
    let importance: [Double]
  }

  init(_ command: ForestCommand, _ input: ForestInput) throws {
    self.input = input
    folds = command.folds
    workers = command.workers.count
    seed = command.seed?.value ?? Seed.fromSystem().value
    heldOutCount = command.rows ?? input.rowCount
    var options = ForestOptions(
      trees: command.trees, features: command.features.features, minimumLeafSize: command.minLeaf)
    options.computesOutOfBag = false
    self.options = options
    try check(featureCount: input.data.table.featureCount)
  }

  private func check(featureCount: Int) throws {
    var problems = Problems()
    problems.require(
      heldOutCount <= input.rowCount,
      "--rows must be from 1 to \(input.rowCount), not \(heldOutCount).")
    if case .count(let count) = options.features {
      problems.require(
        count <= featureCount, "--features must be at most \(featureCount) here, not \(count).")
    }
    if case .count(let count) = folds {
      problems.require(
        count <= heldOutCount,
        "--folds must be from 2 to \(heldOutCount) for \(heldOutCount) rows, not \(count).")
    }
    try problems.check()
  }

  /// The number of forests that are fitted.
  var forestCount: Int {
    switch folds {
    case .leaveOneOut: heldOutCount
    case .count(let count): count
    }
  }

  /// Predicts the held-out rows in a place.
  func run(
    on place: Place, options task: TaskOptions, _ checkpoint: Checkpoint?, _ progress: MapProgress
  ) throws -> Outcome {
    let fit = fit
    let (rows, held, folds, seed) = (input.rowCount, heldOutCount, folds, seed)
    let predictions = try AsyncWork.wait {
      var seed = Seed(seed)
      return switch folds {
      case .leaveOneOut:
        try await leaveOneOut(
          of: rows, heldOutCount: held, on: place, streams: seed.streams(), options: task,
          checkpoint: checkpoint, progress: progress, predict: LoneForestFit(fit: fit))
      case .count(let count):
        try await kFold(
          of: rows, folds: count, heldOutCount: held, on: place, streams: seed.streams(),
          options: task, checkpoint: checkpoint, progress: progress, predict: fit)
      }
    }
    return outcome(predictions)
  }

  /// Predicts the held-out rows on threads, and records what the forests draw.
  func run(_ progress: MapProgress, _ record: StreamRecord?) throws -> Outcome {
    var seed = Seed(seed)
    let fit = fit
    switch folds {
    case .leaveOneOut:
      return outcome(
        try leaveOneOut(
          of: input.rowCount, heldOutCount: heldOutCount, streams: seed.streams(), workers: workers,
          progress: progress, record: record
        ) { training, row, rng in
          try fit.predict(training, [row], &rng, record)[0]
        })
    case .count(let count):
      return outcome(
        try kFold(
          of: input.rowCount, folds: count, heldOutCount: heldOutCount, streams: seed.streams(),
          workers: workers, progress: progress, record: record
        ) { training, rows, rng in
          try fit.predict(training, rows, &rng, record)
        })
    }
  }

  private var fit: ForestFit {
    var isRegression = false
    if case .values = input.target { isRegression = true }
    return ForestFit(data: input.data, options: options, isRegression: isRegression)
  }

  private func outcome(_ predictions: [ForestPrediction]) -> Outcome {
    Outcome(
      predictions: predictions.map(\.value),
      importance: Self.mean(predictions.compactMap(\.importance)))
  }

  private static func mean(_ importances: [[Double]]) -> [Double] {
    guard let width = importances.first?.count else { return [] }
    return (0..<width).map { feature in
      importances.reduce(0) { $0 + $1[feature] } / Double(importances.count)
    }
  }
}
