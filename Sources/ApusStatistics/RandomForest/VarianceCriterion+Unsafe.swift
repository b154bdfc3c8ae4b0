// Part of Apus, Apache-2.0. See LICENSE.

/// Splits for regression: the greatest fall of the variance.
///
/// Targets are centred once per training set, so that sums of squares do not cancel; weights are
/// small integers, so a table of reciprocals replaces the divisions of the inner loop.
final class VarianceCriterion: SplitCriterion {
  /// Weight and weighted target of a row, together in one load.
  private struct Mass {
    var weighted: Double
    var weight: Int
  }

  private let count: Int
  private let center: Double
  private let masses: UnsafeMutablePointer<Mass>
  private let targets: UnsafeMutablePointer<Double>
  private let reciprocals: UnsafeMutablePointer<Double>
  private(set) var weight = 0
  private var weighted = 0.0

  init(target: ForestTarget, weights: [Int32]) {
    guard case .values(let values, let center) = target else {
      preconditionFailure("Variance needs numeric targets.")
    }
    count = values.count
    self.center = center
    masses = .allocate(capacity: count)
    targets = .allocate(capacity: count)
    let total = weights.reduce(0) { $0 + Int($1) }
    reciprocals = .allocate(capacity: total + 1)
    for row in 0..<count {
      let value = values[row] - center
      (targets + row).initialize(to: value)
      let weight = Int(weights[row])
      (masses + row).initialize(to: Mass(weighted: Double(weight) * value, weight: weight))
    }
    for i in 0...total { (reciprocals + i).initialize(to: 1 / Double(i)) }
  }

  deinit {
    masses.deallocate()
    targets.deallocate()
    reciprocals.deallocate()
  }

  func enter<RowID: FixedWidthInteger & UnsignedInteger>(
    _ rows: UnsafeMutablePointer<RowID>, _ lower: Int, _ upper: Int
  ) -> Bool {
    weight = 0
    weighted = 0
    let first = targets[Int(rows[lower])]
    var differs = false
    for i in lower..<upper {
      let row = Int(rows[i])
      weight += masses[row].weight
      weighted += masses[row].weighted
      differs = differs || targets[row] != first
    }
    return differs
  }

  var score: Double { weighted * weighted * reciprocals[weight] }

  func leafValue(_ distributions: inout [Double]) -> Double {
    center + weighted / Double(weight)
  }

  @inline(__always)
  private func score(_ leftWeight: Int, _ leftWeighted: Double) -> Double {
    let right = weighted - leftWeighted
    return leftWeighted * leftWeighted * reciprocals[leftWeight]
      + right * right * reciprocals[weight - leftWeight]
  }

  /// Two features side by side: each running sum waits for its own last addition only.
  func searchSimple<RowID>(
    _ first: SortedSegment<RowID>, _ second: SortedSegment<RowID>?, _ best: inout Split
  ) {
    guard let second else { return searchOne(first, &best) }
    let least = first.minimumLeafSize
    var (weight0, weighted0, weight1, weighted1) = (0, 0.0, 0, 0.0)
    let (rows0, rows1, masses) = (first.rows, second.rows, masses)
    var found = best
    for i in first.lower..<(first.upper - least) {
      let (mass0, mass1) = (masses[Int(rows0[i])], masses[Int(rows1[i])])
      weight0 += mass0.weight
      weighted0 += mass0.weighted
      weight1 += mass1.weight
      weighted1 += mass1.weighted
      if i - first.lower + 1 < least { continue }
      let score0 = score(weight0, weighted0)
      if score0 > found.score {
        found = Split(score: score0, feature: first.feature, position: i + 1)
      }
      let score1 = score(weight1, weighted1)
      if score1 > found.score {
        found = Split(score: score1, feature: second.feature, position: i + 1)
      }
    }
    best = found
  }

  private func searchOne<RowID>(_ segment: SortedSegment<RowID>, _ best: inout Split) {
    let least = segment.minimumLeafSize
    var (leftWeight, leftWeighted) = (0, 0.0)
    for i in segment.lower..<(segment.upper - least) {
      let mass = masses[Int(segment.rows[i])]
      leftWeight += mass.weight
      leftWeighted += mass.weighted
      if i - segment.lower + 1 < least { continue }
      let score = score(leftWeight, leftWeighted)
      if score > best.score {
        best = Split(score: score, feature: segment.feature, position: i + 1)
      }
    }
  }

  func search<RowID>(_ segment: SortedSegment<RowID>, _ best: inout Split) {
    let missing = segment.presentUpper..<segment.upper
    let missingWeight = missing.reduce(0) { $0 + masses[Int(segment.rows[$1])].weight }
    let missingWeighted = missing.reduce(0) { $0 + masses[Int(segment.rows[$1])].weighted }
    var (leftWeight, leftWeighted) = (0, 0.0)
    for i in segment.lower..<segment.presentUpper {
      let mass = masses[Int(segment.rows[i])]
      leftWeight += mass.weight
      leftWeighted += mass.weighted
      guard let places = segment.places(after: i) else { continue }
      if places.missingRight {
        let score = score(leftWeight, leftWeighted)
        if score > best.score {
          best = Split(score: score, feature: segment.feature, position: i + 1)
        }
      }
      if places.missingLeft {
        let score = score(leftWeight + missingWeight, leftWeighted + missingWeighted)
        if score > best.score {
          best = Split(
            score: score, feature: segment.feature, position: i + 1, missingGoesLeft: true)
        }
      }
    }
  }
}
