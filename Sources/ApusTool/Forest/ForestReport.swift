// Part of Apus, Apache-2.0. See LICENSE.
import ApusStatistics
import ApusTables

/// The report that `apus forest` prints.
struct ForestReport: Report {
  let rows: Int
  let forests: Int
  let trees: Int
  let featuresTried: Int
  let features: Int
  let seed: String
  let workers: Int
  /// The correlation; nil if it is undefined or not finite, as for the next two.
  let correlation: Double?
  let rSquared: Double?
  let rootMeanSquaredError: Double?
  let seconds: Double
  let treesPerSecond: Double

  private let observed: [Double]
  private let predicted: [Double]
  private let targetName: String

  private enum CodingKeys: String, CodingKey {
    case rows, forests, trees, featuresTried, features, seed, workers, correlation, rSquared
    case rootMeanSquaredError, seconds, treesPerSecond
  }

  init(_ job: ForestJob, predicted: [Double], seconds: Double) {
    let observed = Array(job.observed.prefix(predicted.count))
    let agreement = Agreement(predicted: predicted, observed: observed)
    rows = observed.count
    forests = job.forestCount
    trees = job.options.trees
    features = job.data.table.featureCount
    featuresTried = job.options.features.count(of: features)
    seed = "\(job.seed)"
    workers = job.workers
    correlation = agreement.correlation.isFinite ? agreement.correlation : nil
    rSquared = agreement.rSquared.isFinite ? agreement.rSquared : nil
    let error = agreement.rootMeanSquaredError
    rootMeanSquaredError = error.isFinite ? error : nil
    self.seconds = seconds
    treesPerSecond = Double(forests * trees) / seconds
    self.observed = observed
    self.predicted = predicted
    targetName = job.targetName
  }

  private var heading: String {
    let way = forests == rows ? "leave-one-out" : "\(forests) folds"
    let tried = featuresTried == features ? "all \(features)" : "\(featuresTried) of \(features)"
    return "\(rows) rows, \(way), \(trees) trees per forest, \(tried) features per split"
  }

  var text: String {
    Text.aligned([
      ("forest", heading),
      ("correlation", Text.number(correlation ?? .nan, digits: 4)),
      ("R2", Text.number(rSquared ?? .nan, digits: 4)),
      ("RMSE", Text.short(rootMeanSquaredError ?? .nan)),
      ("time", "\(Text.time(.seconds(seconds))) on \(workers) worker\(workers == 1 ? "" : "s")"),
      ("trees/s", Text.grouped(Int(treesPerSecond))),
      ("seed", seed),
    ])
  }

  /// Row numbers, observed and predicted values at full precision.
  var predictionsCSV: String {
    let lines = zip(observed, predicted).enumerated().map { row, pair in
      "\(row + 1),\(pair.0),\(pair.1)"
    }
    return (["row,observed,predicted"] + lines).joined(separator: "\n") + "\n"
  }

  var plot: ScatterPlot {
    let fit =
      "correlation \(Text.number(correlation ?? .nan, digits: 3)), "
      + "R² \(Text.number(rSquared ?? .nan, digits: 3)), RMSE \(Text.short(rootMeanSquaredError ?? .nan))"
    return ScatterPlot(
      title: "\(targetName): \(fit)", subtitle: heading, xLabel: "observed \(targetName)",
      yLabel: "predicted \(targetName)", points: zip(observed, predicted).map { ($0, $1) })
  }
}
