// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusRandom
import ApusStatistics
import ApusTables

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

  /// A prediction, and for the first row of a fold the importance of the features in its forest.
  private struct HeldOut: Sendable {
    let prediction: Double
    let importance: [Double]?
  }

  /// Predicts the held-out rows.
  func run(_ progress: MapProgress, _ record: StreamRecord?) throws -> Outcome {
    var seed = Seed(seed)
    let predict = predictor(record)
    let heldOut: [HeldOut]
    switch folds {
    case .leaveOneOut:
      heldOut = try leaveOneOut(
        of: input.rowCount, heldOutCount: heldOutCount, streams: seed.streams(), workers: workers,
        progress: progress, record: record
      ) { training, row, rng in
        try predict(training, [row], &rng)[0]
      }
    case .count(let count):
      heldOut = try kFold(
        of: input.rowCount, folds: count, heldOutCount: heldOutCount, streams: seed.streams(),
        workers: workers, progress: progress, record: record, predict: predict)
    }
    return Outcome(
      predictions: heldOut.map(\.prediction),
      importance: Self.mean(heldOut.compactMap(\.importance)))
  }

  private func predictor(
    _ record: StreamRecord?
  ) -> @Sendable ([Int], [Int], inout Philox4x64) throws -> [HeldOut] {
    let (data, options) = (input.data, options)
    switch input.target {
    case .values:
      return { training, rows, rng in
        let forest = try RandomForestRegressor(
          data, rows: training, options: options, streams: rng.substreams(), record: record)
        return rows.map { row in
          HeldOut(
            prediction: forest.predict(data.table.row(row)),
            importance: row == rows[0] ? forest.featureImportance : nil)
        }
      }
    case .classes:
      return { training, rows, rng in
        let forest = try RandomForestClassifier(
          data, rows: training, options: options, streams: rng.substreams(), record: record)
        return rows.map { row in
          HeldOut(
            prediction: Double(forest.predict(data.table.row(row))),
            importance: row == rows[0] ? forest.featureImportance : nil)
        }
      }
    }
  }

  private static func mean(_ importances: [[Double]]) -> [Double] {
    guard let width = importances.first?.count else { return [] }
    return (0..<width).map { feature in
      importances.reduce(0) { $0 + $1[feature] } / Double(importances.count)
    }
  }
}
