// Part of Apus, Apache-2.0. See LICENSE.
public import ApusParallel
public import ApusRandom
public import ApusTables

/// A random forest for classification (Breiman 2001): the mean of the trees' class shares.
///
/// ```swift
/// let data = try TrainingSet(features: table, classes: species, classCount: 3)
/// let forest = try RandomForestClassifier(
///   data, options: ForestOptions(features: .squareRoot), streams: seed.streams())
/// print(forest.predict([5.1, 3.5, 1.4, 0.2]), forest.outOfBag!.errorRate)
/// ```
/// - Reproducibility: a function of data, options and streams; tree `t` uses stream `t` only.
/// - Compatibility: Gini splits and averaged probabilities as in scikit-learn's
///   `RandomForestClassifier`; its random numbers differ.
public struct RandomForestClassifier: Sendable {
  let trees: [Tree]
  /// The class shares of each tree's leaves, leaf by leaf.
  let distributions: [[Double]]
  /// The number of features that observations must have.
  public let featureCount: Int
  /// The number of classes.
  public let classCount: Int
  /// Each feature's share of the decrease of impurity over all splits; sums to 1, or all zero.
  public let featureImportance: [Double]
  /// Predictions for rows by the trees that have not seen them, if requested.
  public let outOfBag: OutOfBag?
  /// Where the random numbers came from.
  public let origin: StreamOrigin

  /// Fits a forest.
  ///
  /// - Parameters:
  ///   - data: a training set for classification.
  ///   - rows: the numbers of the training rows, repeats allowed; default all.
  ///   - options: default 100 trees, all features; `.squareRoot` is usual.
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
    guard case .classes(let classes, let count) = data.target else {
      throw StatisticsError(.badOption, "A classification forest needs classes as targets.")
    }
    origin = streams.origin
    let grown = try ForestTraining.grown(
      data, rows: rows, options: options, streams: streams, workers: workers, progress: progress,
      record: record)
    trees = grown.map(\.tree)
    distributions = grown.map(\.distributions)
    featureCount = data.table.featureCount
    classCount = count
    featureImportance = Importance.normalized(grown.map(\.importance))
    outOfBag =
      options.computesOutOfBag ? OutOfBag(grown, observed: classes, classCount: count) : nil
  }

  /// Returns the probability of each class for one observation: the mean over the trees.
  ///
  /// - Parameter features: one value per feature; NaN is a missing value.
  /// - Complexity: O(trees · (depth + classes)).
  public func probabilities(_ features: [Double]) -> [Double] {
    require(
      features.count == featureCount,
      "The forest was fitted to \(featureCount) features, not \(features.count).")
    var sums = [Double](repeating: 0, count: classCount)
    for (tree, distribution) in zip(trees, distributions) {
      let leaf = Int(tree.leafValue { features[$0] })
      for i in 0..<classCount { sums[i] += distribution[leaf * classCount + i] }
    }
    return sums.map { $0 / Double(trees.count) }
  }

  /// Returns the most probable class for one observation, the smallest one in a tie.
  public func predict(_ features: [Double]) -> Int { Self.most(probabilities(features)) }

  /// Returns the most probable class for each row of a table, computed in parallel.
  ///
  /// - Parameters:
  ///   - table: with the features the forest was fitted to.
  ///   - workers: threads to use; default `ThreadBudget.current`.
  /// - Throws: ``StatisticsError`` `.shape`.
  public func predict(_ table: FeatureTable, workers: Int? = nil) throws -> [Int] {
    guard table.featureCount == featureCount else {
      throw StatisticsError(
        .shape, "The forest was fitted to \(featureCount) features, not \(table.featureCount).")
    }
    return (0..<table.rowCount).parallelMap(workers: workers) { predict(table.row($0)) }
  }

  /// The number of nodes in all trees.
  public var nodeCount: Int { trees.reduce(0) { $0 + $1.nodes.count } }

  static func most(_ shares: some Collection<Double>) -> Int {
    var best = 0
    var most = -Double.infinity
    for (i, share) in shares.enumerated() where share > most { (best, most) = (i, share) }
    return best
  }
}

extension RandomForestClassifier {
  /// How well the forest classifies rows that the trees have not seen.
  public struct OutOfBag: Sendable {
    /// The most probable class per row; nil if every tree has seen the row.
    public let predictions: [Int?]
    /// The share of wrong predictions among the rows that have one.
    public let errorRate: Double

    init(_ grown: [ForestTraining.Grown], observed: [Int32], classCount: Int) {
      var sums = [Double](repeating: 0, count: observed.count * classCount)
      for tree in grown {
        for (row, leaf) in tree.outOfBag {
          for i in 0..<classCount {
            sums[row * classCount + i] += tree.distributions[Int(leaf) * classCount + i]
          }
        }
      }
      predictions = observed.indices.map { row in
        let shares = sums[row * classCount..<(row + 1) * classCount]
        return shares.contains { $0 > 0 } ? RandomForestClassifier.most(shares) : nil
      }
      let known = zip(predictions, observed).filter { $0.0 != nil }
      let wrong = known.count { $0.0 != Int($0.1) }
      errorRate = Double(wrong) / Double(known.count)
    }
  }
}
