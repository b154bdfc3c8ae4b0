// Part of Apus, Apache-2.0. See LICENSE.
public import ApusParallel
public import ApusRandom
public import ApusTables

/// A random forest for regression (Breiman 2001): the mean of many trees, each grown on its own
/// bootstrap sample.
///
/// ```swift
/// var seed = Seed(42)
/// let data = try TrainingSet(features: table, values: y)
/// let forest = try RandomForestRegressor(
///   data, options: ForestOptions(trees: 500, features: .third), streams: seed.streams())
/// print(forest.outOfBag!.rSquared, forest.predict([59, 2, 32.1]))
/// ```
/// - Reproducibility: a function of data, options and streams; tree `t` uses stream `t` only.
/// - Compatibility: splits, stopping, bootstrap by weights and midpoints as in scikit-learn's
///   `RandomForestRegressor`, on doubles; its random numbers differ, so forests agree in
///   distribution (`Documentation/RandomForests.md`).
public struct RandomForestRegressor: Sendable {
  let trees: [Tree]
  /// The factor that scales the trees' values to the target's.
  private let scale: Double
  /// The number of features that observations must have.
  public let featureCount: Int
  /// Each feature's share of the decrease of variance over all splits; sums to 1, or all zero.
  public let featureImportance: [Double]
  /// Predictions for rows by the trees that have not seen them, if requested.
  public let outOfBag: OutOfBag?
  /// Where the random numbers came from.
  public let origin: StreamOrigin

  /// Fits a forest.
  ///
  /// - Parameters:
  ///   - data: a training set for regression.
  ///   - rows: the numbers of the training rows, repeats allowed; default all.
  ///   - options: default 100 trees, all features.
  ///   - streams: consumed, one stream per tree.
  ///   - workers: threads to use; default `ThreadBudget.current`.
  ///   - progress: counts finished trees; default none.
  ///   - record: counts the random words that each tree drew; default none.
  /// - Throws: ``StatisticsError``.
  /// - Complexity: O(trees · features · rows · depth).
  public init(
    _ data: TrainingSet, rows: [Int]? = nil, options: ForestOptions = ForestOptions(),
    streams: consuming Streams<Philox4x64>, workers: Int? = nil, progress: MapProgress? = nil,
    record: StreamRecord? = nil
  ) throws {
    guard case .values(let values, let center, let scale) = data.target else {
      throw StatisticsError(.badOption, "A regression forest needs numeric targets.")
    }
    origin = streams.origin
    let grown = try ForestTraining.grown(
      data, rows: rows, options: options, streams: streams, workers: workers, progress: progress,
      record: record)
    trees = grown.map(\.tree)
    self.scale = scale
    featureCount = data.table.featureCount
    featureImportance = Importance.normalized(grown.map(\.importance))
    outOfBag =
      options.computesOutOfBag
      ? OutOfBag(grown, observed: values.map { ($0 + center) * scale }, scale: scale) : nil
  }

  /// Returns the prediction for one observation.
  ///
  /// - Parameter features: one value per feature; NaN is a missing value.
  /// - Complexity: O(trees · depth).
  public func predict(_ features: [Double]) -> Double {
    require(
      features.count == featureCount,
      "The forest was fitted to \(featureCount) features, not \(features.count).")
    return trees.reduce(0) { sum, tree in sum + tree.leafValue { features[$0] } }
      / Double(trees.count) * scale
  }

  /// Returns the predictions for all rows of a table, computed in parallel.
  ///
  /// - Parameters:
  ///   - table: with the features the forest was fitted to.
  ///   - workers: threads to use; default `ThreadBudget.current`.
  /// - Throws: ``StatisticsError`` `.shape`.
  public func predict(_ table: FeatureTable, workers: Int? = nil) throws -> [Double] {
    guard table.featureCount == featureCount else {
      throw StatisticsError(
        .shape, "The forest was fitted to \(featureCount) features, not \(table.featureCount).")
    }
    return (0..<table.rowCount).parallelMap(workers: workers) { predict(table.row($0)) }
  }

  /// The number of nodes in all trees.
  public var nodeCount: Int { trees.reduce(0) { $0 + $1.nodes.count } }
}

extension RandomForestRegressor {
  /// How well the forest predicts rows that the trees have not seen.
  public struct OutOfBag: Sendable {
    /// The mean prediction per row; NaN if every tree has seen the row.
    public let predictions: [Double]
    /// The mean squared error over rows with a prediction.
    public let meanSquaredError: Double
    /// 1 - mean squared error / variance of the observed values (with divisor n).
    public let rSquared: Double

    init(_ grown: [ForestTraining.Grown], observed: [Double], scale: Double) {
      var sums = [Double](repeating: 0, count: observed.count)
      var counts = [Double](repeating: 0, count: observed.count)
      for (row, value) in grown.lazy.flatMap(\.outOfBag) {
        sums[row] += value
        counts[row] += 1
      }
      let means = zip(sums, counts).map { $0 / $1 * scale }
      predictions = means
      let known = observed.indices.filter { counts[$0] > 0 }
      let agreement = Agreement(
        predicted: known.map { means[$0] }, observed: known.map { observed[$0] })
      meanSquaredError = agreement.meanSquaredError
      rSquared = agreement.rSquared
    }
  }
}
