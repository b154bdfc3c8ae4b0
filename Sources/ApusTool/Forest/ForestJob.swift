// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusRandom
import ApusStatistics
import ApusTables

/// The cross-validation that `apus forest` runs, with its input checked.
struct ForestJob {
  let data: TrainingSet
  let observed: [Double]
  let targetName: String
  let folds: FoldsOption
  let heldOutCount: Int
  let options: ForestOptions
  let workers: Int
  let seed: UInt128

  init(_ command: ForestCommand, table: NumericTable) throws {
    let path = command.file
    let target = try table.column(named: command.target, path: path)
    guard table.rowCount >= 2 else {
      let rows = table.rowCount == 1 ? "one row" : "no rows"
      throw ToolError.input("\(path) has \(rows); cross-validation needs at least two.")
    }
    observed = table.columns[target]
    if let row = observed.firstIndex(where: \.isNaN) {
      throw ToolError.input(
        "\(path), row \(table.rowNumbers[row]), column \"\(command.target)\": the value to predict is missing."
      )
    }
    heldOutCount = command.rows ?? table.rowCount
    guard 1...table.rowCount ~= heldOutCount else {
      throw ToolError.input("--rows must be from 1 to \(table.rowCount), not \(heldOutCount).")
    }
    data = try Self.trainingSet(table, target: target, path: path)
    targetName = command.target
    folds = command.folds
    options = try Self.options(command, featureCount: data.table.featureCount)
    workers = command.workers.count
    seed = command.seed?.value ?? Seed.fromSystem().value
    try checkFolds()
  }

  private static func trainingSet(
    _ table: NumericTable, target: Int, path: String
  ) throws -> TrainingSet {
    let features = table.header.indices.filter { $0 != target }
    guard !features.isEmpty else {
      throw ToolError.input("\(path) has no column besides \"\(table.header[target])\".")
    }
    return try TrainingSet(
      features: FeatureTable(
        columns: features.map { table.columns[$0] }, names: features.map { table.header[$0] }),
      values: table.columns[target])
  }

  private static func options(
    _ command: ForestCommand, featureCount: Int
  ) throws -> ForestOptions {
    var options = ForestOptions(
      trees: command.trees, features: command.features.features,
      minimumLeafSize: command.minLeaf)
    options.computesOutOfBag = false
    guard 1...ForestOptions.maximumTrees ~= command.trees else {
      throw ToolError.input(
        "--trees must be from 1 to \(ForestOptions.maximumTrees), not \(command.trees).")
    }
    guard 1...(1 << 32) ~= command.minLeaf else {
      throw ToolError.input("--min-leaf must be from 1 to 4294967296, not \(command.minLeaf).")
    }
    if case .count(let count) = options.features, count > featureCount {
      throw ToolError.input("--features must be at most \(featureCount) here, not \(count).")
    }
    return options
  }

  private func checkFolds() throws {
    if case .count(let count) = folds, count > heldOutCount {
      throw ToolError.input(
        "--folds must be from 2 to \(heldOutCount) for \(heldOutCount) rows, not \(count).")
    }
  }

  /// The number of forests that are fitted.
  var forestCount: Int {
    switch folds {
    case .leaveOneOut: heldOutCount
    case .count(let count): count
    }
  }

  /// Predicts the held-out rows.
  func run(_ progress: MapProgress, _ record: StreamRecord?) throws -> [Double] {
    var seed = Seed(seed)
    let fit = { @Sendable [data, options] (training: [Int], rng: inout Philox4x64) in
      try RandomForestRegressor(
        data, rows: training, options: options, streams: rng.substreams(), record: record)
    }
    switch folds {
    case .leaveOneOut:
      return try leaveOneOut(
        of: observed.count, heldOutCount: heldOutCount, streams: seed.streams(), workers: workers,
        progress: progress, record: record
      ) { [data] training, row, rng in
        try fit(training, &rng).predict(data.table.row(row))
      }
    case .count(let count):
      return try kFold(
        of: observed.count, folds: count, heldOutCount: heldOutCount, streams: seed.streams(),
        workers: workers, progress: progress, record: record
      ) { [data] training, rows, rng in
        let forest = try fit(training, &rng)
        return rows.map { forest.predict(data.table.row($0)) }
      }
    }
  }
}
