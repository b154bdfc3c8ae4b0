// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusRandom
import ApusTables

/// The training that regression and classification forests share: trees are grown in parallel, each
/// with its own stream.
struct ForestTraining: Sendable {
  let features: SortedFeatures
  let target: ForestTarget
  let options: ForestOptions

  /// A grown tree with the statistics gathered while it grew.
  struct Grown: Sendable {
    var tree: Tree
    var distributions: [Double]
    var importance: [Double]
    /// The rows not in the bag and the tree's value for each.
    var outOfBag: [(row: Int, value: Double)]
  }

  /// Checks a forest's options and training rows and grows its trees.
  static func grown(
    _ data: TrainingSet, rows: [Int]?, options: ForestOptions,
    streams: consuming Streams<Philox4x64>, workers: Int?, progress: MapProgress?,
    record: StreamRecord?
  ) throws -> [Grown] {
    try options.validate(featureCount: data.table.featureCount)
    let training = ForestTraining(features: data.sorted, target: data.target, options: options)
    return training.grow(
      rows: try data.checked(rows), streams: streams, workers: workers, progress: progress,
      record: record)
  }

  /// Grows all trees on the given rows.
  func grow(
    rows: [Int], streams: consuming Streams<Philox4x64>, workers: Int?, progress: MapProgress?,
    record: StreamRecord?
  ) -> [Grown] {
    (0..<options.trees).parallelMap(
      streams: streams, workers: workers, progress: progress, record: record
    ) { _, generator in
      self.tree(rows: rows, using: &generator)
    }
  }

  private func tree(rows: [Int], using generator: inout Philox4x64) -> Grown {
    var weights = [Int32](repeating: 0, count: features.rowCount)
    for _ in rows { weights[rows[generator.integer(in: 0...(rows.count - 1))]] += 1 }
    var grown = grow(weights, &generator)
    if options.computesOutOfBag {
      grown.outOfBag = rows.filter { weights[$0] == 0 }.map { row in
        (row, grown.tree.leafValue { features.values[$0 * features.rowCount + row] })
      }
    }
    return grown
  }

  /// Grows a tree with 16-bit row numbers where they suffice: inner loops then move half the memory.
  private func grow(_ weights: [Int32], _ generator: inout Philox4x64) -> Grown {
    switch (target, features.rowCount <= 1 << 16) {
    case (.values, true): grow(UInt16.self, VarianceCriterion.self, weights, &generator)
    case (.values, false): grow(UInt32.self, VarianceCriterion.self, weights, &generator)
    case (.classes, true): grow(UInt16.self, GiniCriterion.self, weights, &generator)
    case (.classes, false): grow(UInt32.self, GiniCriterion.self, weights, &generator)
    }
  }
}
