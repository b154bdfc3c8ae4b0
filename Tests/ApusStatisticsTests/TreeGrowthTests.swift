// Part of Apus, Apache-2.0. See LICENSE.

import ApusRandom
import ApusTables
import Testing

@testable import ApusStatistics

/// Checks every node of a tree against an exhaustive search over all features and thresholds.
@Suite struct TreeGrowthTests {
  /// A table with different kinds of features: continuous, with ties, constant, with missing values.
  private func table(_ rows: Int, seed: UInt128) throws -> FeatureTable {
    var generator = PCG64(SeedSequence(seed))
    let continuous = generator.normals(count: rows)
    let tied = (0..<rows).map { _ in Double(generator.integer(in: 0...4)) }
    let missing = (0..<rows).map { _ in
      generator.uniform() < 0.2 ? Double.nan : Double(generator.integer(in: 0...30))
    }
    let constant = [Double](repeating: 3, count: rows)
    return try FeatureTable(columns: [continuous, tied, constant, missing])
  }

  @Test(arguments: [1, 5], [ForestOptions.Features.all, .count(2)])
  func regressionTreesSplitBestAndStopRight(leaf: Int, features: ForestOptions.Features) throws {
    let table = try table(120, seed: 1)
    var generator = PCG64(SeedSequence(2))
    let y = (0..<120).map { i in
      table.columns[0][i] + table.columns[1][i] + generator.normal()
    }
    let data = try TrainingSet(features: table, values: y)
    guard case .values(_, _, let scale) = data.target else {
      Issue.record("The targets are not numeric.")
      return
    }
    var options = ForestOptions(trees: 20, features: features, minimumLeafSize: leaf)
    options.maximumDepth = leaf == 5 ? 4 : nil
    try check(data, options) { rows in
      let weight = rows.reduce(0.0) { $0 + $1.weight }
      let sum = rows.reduce(0.0) { $0 + $1.weight * y[$1.row] }
      return weight > 0 ? sum * sum / weight : 0
    } leaf: { rows, value, _ in
      let weight = rows.reduce(0.0) { $0 + $1.weight }
      let mean = rows.reduce(0.0) { $0 + $1.weight * y[$1.row] } / weight
      #expect(abs(value * scale - mean) < 1e-12)
      return Set(rows.map { y[$0.row] }).count > 1
    }
  }

  @Test(arguments: [1, 5], [ForestOptions.Features.all, .count(2)])
  func classificationTreesSplitBestAndStopRight(
    leaf: Int, features: ForestOptions.Features
  ) throws {
    let table = try table(120, seed: 3)
    let classes = (0..<120).map { i in
      table.columns[0][i] > 0.5 ? 2 : table.columns[1][i] > 2 ? 1 : i % 7 == 0 ? 1 : 0
    }
    let data = try TrainingSet(features: table, classes: classes, classCount: 3)
    let options = ForestOptions(trees: 20, features: features, minimumLeafSize: leaf)
    try check(data, options) { rows in
      let shares = shares(rows, classes)
      let weight = shares.reduce(0, +)
      return weight > 0 ? shares.reduce(0) { $0 + $1 * $1 } / weight : 0
    } leaf: { rows, value, distributions in
      let shares = shares(rows, classes)
      let weight = shares.reduce(0, +)
      let start = Int(value) * 3
      #expect(Array(distributions[start..<start + 3]) == shares.map { $0 / weight })
      return Set(rows.map { classes[$0.row] }).count > 1
    }
  }

  private func shares(_ rows: [Row], _ classes: [Int]) -> [Double] {
    var shares = [0.0, 0.0, 0.0]
    for row in rows { shares[classes[row.row]] += row.weight }
    return shares
  }

  private struct Row {
    var row: Int
    var weight: Double
  }

  private func check(
    _ data: TrainingSet, _ options: ForestOptions, score: ([Row]) -> Double,
    leaf: (_ rows: [Row], _ value: Double, _ distributions: [Double]) -> Bool
  ) throws {
    let origin = StreamOrigin(seed: 9, spawnKey: [1])
    let training = ForestTraining(features: data.sorted, target: data.target, options: options)
    let rows = Array(0..<data.table.rowCount)
    let grown = training.grow(
      rows: rows, streams: Streams<Philox4x64>(at: origin), workers: 2, progress: nil, record: nil)
    let streams = Streams<Philox4x64>(at: origin)
    for (tree, one) in grown.enumerated() {
      var generator = streams[tree]
      var weights = [Double](repeating: 0, count: rows.count)
      for _ in rows { weights[generator.integer(in: 0...(rows.count - 1))] += 1 }
      let bag = rows.filter { weights[$0] > 0 }.map { Row(row: $0, weight: weights[$0]) }
      #expect(Set(one.outOfBag.map(\.row)) == Set(rows.filter { weights[$0] == 0 }))
      check(data.table, options, one, 0, bag, depth: 0, score, leaf)
    }
  }

  private func check(
    _ table: FeatureTable, _ options: ForestOptions, _ grown: ForestTraining.Grown, _ index: Int,
    _ rows: [Row], depth: Int, _ score: ([Row]) -> Double,
    _ leaf: ([Row], Double, [Double]) -> Bool
  ) {
    let node = grown.tree.nodes[index]
    let best = bestScore(table, rows, options.minimumLeafSize, score)
    if node.isLeaf {
      let isMixed = leaf(rows, node.value, grown.distributions)
      let isDeepest = depth == options.maximumDepth
      #expect(!isMixed || best == nil || isDeepest, "a leaf could have been split")
      return
    }
    let column = table.columns[node.feature]
    let left = rows.filter { node.child(for: column[$0.row]) == Int(node.left) }
    let right = rows.filter { node.child(for: column[$0.row]) != Int(node.left) }
    #expect(min(left.count, right.count) >= options.minimumLeafSize)
    if options.features == .all, let best {
      let achieved = score(left) + score(right)
      #expect(abs(achieved - best) <= 1e-9 * max(1, abs(best)), "not the best split")
    }
    check(table, options, grown, Int(node.left), left, depth: depth + 1, score, leaf)
    check(table, options, grown, Int(node.left) + 1, right, depth: depth + 1, score, leaf)
  }

  /// The greatest score over all features, thresholds and sides for missing values.
  private func bestScore(
    _ table: FeatureTable, _ rows: [Row], _ least: Int, _ score: ([Row]) -> Double
  ) -> Double? {
    var best: Double?
    for column in table.columns {
      let present = Set(rows.map { column[$0.row] }.filter { !$0.isNaN })
      for threshold in present {
        for missingLeft in [false, true] {
          let left = rows.filter {
            let value = column[$0.row]
            return value.isNaN ? missingLeft : value <= threshold
          }
          guard left.count >= least, rows.count - left.count >= least else { continue }
          let kept = Set(left.map(\.row))
          let right = rows.filter { !kept.contains($0.row) }
          best = max(best ?? -.infinity, score(left) + score(right))
        }
      }
    }
    return best
  }
}
