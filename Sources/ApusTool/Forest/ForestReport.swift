// Part of Apus, Apache-2.0. See LICENSE.
import ApusStatistics
import ApusTables

/// The report that `apus forest` prints.
struct ForestReport: Report {
  /// The importance of a feature.
  struct Importance: Encodable {
    let feature: String
    let importance: Double
  }

  let rows: Int
  let forests: Int
  let trees: Int
  let featuresTried: Int
  let features: Int
  let seed: String
  let workers: Int
  /// The correlation; nil if it is undefined or not finite, as for the next two, or for classes.
  let correlation: Double?
  let rSquared: Double?
  let rootMeanSquaredError: Double?
  /// The agreement of predicted and observed classes; nil for values.
  let classification: Classification?
  /// The features, the most important first.
  let importance: [Importance]
  let droppedRows: Int
  let seconds: Double
  let treesPerSecond: Double

  private let input: ForestInput
  private let predicted: [Double]

  private enum CodingKeys: String, CodingKey {
    case rows, forests, trees, featuresTried, features, seed, workers, correlation, rSquared
    case rootMeanSquaredError, classification, importance, droppedRows, seconds, treesPerSecond
  }

  init(_ job: ForestJob, _ outcome: ForestJob.Outcome, seconds: Double) {
    input = job.input
    predicted = outcome.predictions
    rows = predicted.count
    forests = job.forestCount
    trees = job.options.trees
    features = input.data.table.featureCount
    featuresTried = job.options.features.count(of: features)
    seed = "\(job.seed)"
    workers = job.workers
    droppedRows = input.droppedCount
    let names = input.data.table.names
    importance = outcome.importance.indices
      .sorted { (-outcome.importance[$0], $0) < (-outcome.importance[$1], $1) }
      .map { Importance(feature: names[$0], importance: outcome.importance[$0]) }
    self.seconds = seconds
    treesPerSecond = Double(forests * trees) / seconds
    switch input.target {
    case .values(let values):
      let agreement = Agreement(
        predicted: predicted, observed: Array(values.prefix(predicted.count)))
      func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }
      correlation = finite(agreement.correlation)
      rSquared = finite(agreement.rSquared)
      rootMeanSquaredError = finite(agreement.rootMeanSquaredError)
      classification = nil
    case .classes(let texts):
      (correlation, rSquared, rootMeanSquaredError) = (nil, nil, nil)
      classification = Classification(predicted: predicted.map { Int($0) }, observed: texts)
    }
  }

  private var heading: String {
    let way = forests == rows ? "leave-one-out" : "\(forests) folds"
    let tried = featuresTried == features ? "all \(features)" : "\(featuresTried) of \(features)"
    return "\(rows) rows, \(way), \(trees) trees per forest, \(tried) features per split"
  }

  var text: String {
    var lines = [("forest", heading)]
    if droppedRows > 0 {
      lines.append(("left out", "\(droppedRows) rows without \(input.targetName)"))
    }
    if !input.coded.isEmpty {
      let texts = input.coded.map { "\($0.name) (\($0.levels) levels)" }
      lines.append(("texts", "\(texts.joined(separator: ", ")), a feature for each level"))
    }
    if let classification {
      lines += classification.lines
    } else {
      lines += [
        ("correlation", Text.number(correlation ?? .nan, digits: 4)),
        ("R2", Text.number(rSquared ?? .nan, digits: 4)),
        ("RMSE", Text.short(rootMeanSquaredError ?? .nan)),
      ]
    }
    lines += [
      ("importance", importanceText),
      ("time", "\(Text.time(.seconds(seconds))) on \(workers) worker\(workers == 1 ? "" : "s")"),
      ("trees/s", Text.grouped(Int(treesPerSecond))),
      ("seed", seed),
    ]
    return Text.aligned(lines)
  }

  private var importanceText: String {
    let first = importance.prefix(5).map { item in
      "\(item.feature) \(Text.number(item.importance, digits: 3))"
    }
    return first.joined(separator: ", ") + (importance.count > 5 ? ", …" : "")
  }

  /// Row numbers, observed and predicted values at full precision, and lines of the file.
  var predictionsCSV: String {
    func texts(_ values: [Double]) -> [String?] {
      switch input.target {
      case .values: values.map { "\($0)" }
      case .classes(let texts): values.map { texts.levels[Int($0)] }
      }
    }
    let observed: [Double] =
      switch input.target {
      case .values(let values): values
      case .classes(let texts): texts.codes.map { Double($0) }
      }
    let rows = input.rows.prefix(predicted.count)
    let columns = [
      Column("row", rows.map(\.number)),
      Column("observed", texts(Array(observed.prefix(predicted.count)))),
      Column("predicted", texts(predicted)), Column("line", rows.map(\.line)),
    ]
    return (try? Table(columns).csv) ?? ""
  }

  var plot: any SVGDocument {
    switch input.target {
    case .values(let values):
      let fit =
        "correlation \(Text.number(correlation ?? .nan, digits: 3)), "
        + "R² \(Text.number(rSquared ?? .nan, digits: 3)), RMSE \(Text.short(rootMeanSquaredError ?? .nan))"
      return ScatterPlot(
        title: "\(input.targetName): \(fit)", subtitle: heading,
        xLabel: "observed \(input.targetName)", yLabel: "predicted \(input.targetName)",
        points: zip(values, predicted).map { ($0, $1) })
    case .classes:
      return ConfusionPlot(
        title: "\(input.targetName): \(Text.percent(classification?.accuracy ?? .nan)) right",
        subtitle: heading, name: input.targetName, classification: classification)
    }
  }
}
