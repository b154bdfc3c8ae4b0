// Part of Apus, Apache-2.0. See LICENSE.
import ApusLinearAlgebra
import ApusRandom
import ApusStatistics
import ApusTables
import ApusWorkers

/// Predicts a row by a forest of regression trees that is grown without it; engines of the tool have it under the name `forest`.
struct LeftOutForest: RemoteFunction {
  /// A row for each observation.
  var features: Matrix<Double>
  var values: [Double]
  var trees: Int

  func callAsFunction(_ row: Int, _ rng: inout TaskStream) throws -> Double {
    let columns = (0..<features.columns).map { column in
      (0..<features.rows).map { features[$0, column] }
    }
    let data = try TrainingSet(features: FeatureTable(columns: columns), values: values)
    guard data.table.rowCount > row, row >= 0 else {
      throw NoSuchRow(description: "there is no row \(row) among \(data.table.rowCount)")
    }
    let forest = try RandomForestRegressor(
      data, rows: (0..<data.table.rowCount).filter { $0 != row },
      options: ForestOptions(trees: trees), streams: rng.substreams())
    return forest.predict(data.table.row(row))
  }
}

/// A row that is asked for and is not there.
struct NoSuchRow: Error, CustomStringConvertible {
  let description: String
}
