// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusRandom
import ApusStatistics
import ApusTables
import ApusWorkers

/// A prediction, and for the first row of a fold the importance of the features in its forest.
struct ForestPrediction: Codable, Sendable {
  /// A value, or the position of a class.
  var value: Double
  var importance: [Double]?
}

/// Fits a forest to the training rows of a fold and predicts the others.
struct ForestFit: RemoteFunction {
  var data: TrainingSet
  var options: ForestOptions
  var isRegression: Bool

  func callAsFunction(_ fold: Fold, _ rng: inout TaskStream) throws -> [ForestPrediction] {
    try predict(fold.trainingRows, fold.heldOutRows, &rng, nil)
  }

  func predict(
    _ training: [Int], _ rows: [Int], _ rng: inout TaskStream, _ record: StreamRecord?
  ) throws -> [ForestPrediction] {
    let streams = rng.substreams()
    if isRegression {
      let forest = try RandomForestRegressor(
        data, rows: training, options: options, streams: streams, record: record)
      return predictions(rows, forest.featureImportance) { forest.predict(data.table.row($0)) }
    }
    let forest = try RandomForestClassifier(
      data, rows: training, options: options, streams: streams, record: record)
    return predictions(rows, forest.featureImportance) {
      Double(forest.predict(data.table.row($0)))
    }
  }

  private func predictions(
    _ rows: [Int], _ importance: [Double], _ value: (Int) -> Double
  ) -> [ForestPrediction] {
    rows.map { ForestPrediction(value: value($0), importance: $0 == rows[0] ? importance : nil) }
  }
}

/// The same for leave-one-out, with the one prediction.
struct LoneForestFit: RemoteFunction {
  var fit: ForestFit

  func callAsFunction(_ fold: Fold, _ rng: inout TaskStream) throws -> ForestPrediction {
    try fit(fold, &rng)[0]
  }
}
