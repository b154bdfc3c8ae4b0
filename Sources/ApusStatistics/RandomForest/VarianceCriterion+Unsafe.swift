// Part of Apus, Apache-2.0. See LICENSE.

// Safety: The criterion owns its pointers, allocates them for the rows of its training set and frees them in deinit. The
// caller must pass row numbers below that count and segments within the orders; `TreeGrower` does.

/// The criterion for regression: the largest decrease of variance.
///
/// With targets centred at the node's mean, the decrease is L² W / (l (W - l)), where the left side
/// has weight l out of W and weighted sum L: only one sum is kept, nothing cancels, and the factor of
/// L² comes from a table, because weights are small integers.
final class VarianceCriterion: SplitCriterion {
  /// The weight and weighted target of a row, read by one load.
  private struct Mass {
    var weighted: Double
    var weight: Int

    @inline(__always)
    mutating func add(_ other: Mass) {
      weighted += other.weighted
      weight &+= other.weight
    }

    func adding(_ other: Mass) -> Mass {
      Mass(weighted: weighted + other.weighted, weight: weight + other.weight)
    }
  }

  private let center: Double
  private let masses: UnsafeMutablePointer<Mass>
  private let targets: UnsafeMutablePointer<Double>
  /// 1 / i.
  private let reciprocals: UnsafeMutablePointer<Double>
  /// 1 / (i (weight - i)) for the current node.
  private let factors: UnsafeMutablePointer<Double>
  private var weight = 0
  private var mean = 0.0

  init(target: ForestTarget, weights: [Int32]) {
    guard case .values(let values, let center, _) = target else {
      fatalError("Variance needs numeric targets.")
    }
    self.center = center
    masses = .allocate(capacity: values.count)
    targets = .allocate(capacity: values.count)
    let total = weights.reduce(0) { $0 + Int($1) }
    reciprocals = .allocate(capacity: total + 1)
    factors = .allocate(capacity: total + 1)
    for (row, value) in values.enumerated() {
      (targets + row).initialize(to: value)
      (masses + row).initialize(to: Mass(weighted: 0, weight: Int(weights[row])))
    }
    for i in 0...total { (reciprocals + i).initialize(to: 1 / Double(i)) }
    factors.initialize(repeating: 0, count: total + 1)
  }

  deinit {
    masses.deallocate()
    targets.deallocate()
    reciprocals.deallocate()
    factors.deallocate()
  }

  func enter<RowID: FixedWidthInteger & UnsignedInteger>(
    _ rows: UnsafeMutablePointer<RowID>, _ lower: Int, _ upper: Int
  ) -> Bool {
    let (masses, targets) = (masses, targets)
    let first = targets[Int(rows[lower])]
    var (total, sum, differs) = (0, 0.0, false)
    for i in lower..<upper {
      let row = Int(truncatingIfNeeded: rows[i])
      total &+= masses[row].weight
      sum += Double(masses[row].weight) * targets[row]
      differs = differs || targets[row] != first
    }
    weight = total
    mean = differs ? sum / Double(total) : first
    return differs
  }

  func prepare<RowID: FixedWidthInteger & UnsignedInteger>(
    _ rows: UnsafeMutablePointer<RowID>, _ lower: Int, _ upper: Int
  ) {
    for i in lower..<upper {
      let row = Int(truncatingIfNeeded: rows[i])
      masses[row].weighted = Double(masses[row].weight) * (targets[row] - mean)
    }
    var i = 1
    while i < weight {
      factors[i] = reciprocals[i] * reciprocals[weight - i]
      i &+= 1
    }
  }

  func fall(of split: Split) -> Double { split.score * Double(weight) }

  func leafValue(_ distributions: inout [Double]) -> Double { center + mean }

  /// The data of a node that the inner loops need, in registers.
  private struct Node {
    let masses: UnsafePointer<Mass>
    let factors: UnsafePointer<Double>

    @inline(__always)
    func score(_ left: Mass) -> Double {
      left.weighted * left.weighted * factors[left.weight]
    }
  }

  private var node: Node { Node(masses: masses, factors: factors) }

  /// Scans two features side by side, so that their chains of additions overlap.
  func searchSimple<RowID>(
    _ first: SortedSegment<RowID>, _ second: SortedSegment<RowID>?, _ best: inout Split
  ) {
    guard let second else { return searchOne(first, &best) }
    let node = node
    let (rows0, rows1) = (first.rows, second.rows)
    let start = first.lower + first.minimumLeafSize - 1
    var left0 = sum(rows0, first.lower..<start)
    var left1 = sum(rows1, first.lower..<start)
    var best0 = SplitPoint(score: best.score)
    var best1 = best0
    var i = start
    let end = first.upper - first.minimumLeafSize
    while i < end {
      left0.add(node.masses[Int(truncatingIfNeeded: rows0[i])])
      left1.add(node.masses[Int(truncatingIfNeeded: rows1[i])])
      best0.offer(node.score(left0), i)
      best1.offer(node.score(left1), i)
      i &+= 1
    }
    best0.settle(first.feature, &best)
    best1.settle(second.feature, &best)
  }

  /// The best split position of one feature; each feature has its own chain of comparisons.
  private struct SplitPoint {
    var score: Double
    var position = -1

    @inline(__always)
    mutating func offer(_ score: Double, _ i: Int) {
      if score > self.score { (self.score, position) = (score, i) }
    }

    func settle(_ feature: Int, _ best: inout Split) {
      if position >= 0, score > best.score {
        best = Split(score: score, feature: feature, position: position + 1)
      }
    }
  }

  private func searchOne<RowID>(_ segment: SortedSegment<RowID>, _ best: inout Split) {
    let node = node
    let start = segment.lower + segment.minimumLeafSize - 1
    var left = sum(segment.rows, segment.lower..<start)
    var point = SplitPoint(score: best.score)
    var i = start
    let end = segment.upper - segment.minimumLeafSize
    while i < end {
      left.add(node.masses[Int(truncatingIfNeeded: segment.rows[i])])
      point.offer(node.score(left), i)
      i &+= 1
    }
    point.settle(segment.feature, &best)
  }

  private func sum<RowID: FixedWidthInteger>(
    _ rows: UnsafeMutablePointer<RowID>, _ range: Range<Int>
  ) -> Mass {
    var sum = Mass(weighted: 0, weight: 0)
    for i in range { sum.add(masses[Int(rows[i])]) }
    return sum
  }

  func search<RowID>(_ segment: SortedSegment<RowID>, _ best: inout Split) {
    if segment.presentUpper < segment.upper {
      searchWithMissing(segment, &best)
    } else {
      searchWithTies(segment, &best)
    }
  }

  /// Skips splits between equal values; the loop has no other condition.
  private func searchWithTies<RowID>(_ segment: SortedSegment<RowID>, _ best: inout Split) {
    let node = node
    let (rows, values) = (segment.rows, segment.values)
    var i = segment.lower + segment.minimumLeafSize - 1
    var left = sum(rows, segment.lower..<i)
    var point = SplitPoint(score: best.score)
    let end = segment.upper - segment.minimumLeafSize
    var value = values[Int(truncatingIfNeeded: rows[i])]
    while i < end {
      left.add(node.masses[Int(truncatingIfNeeded: rows[i])])
      let next = values[Int(truncatingIfNeeded: rows[i &+ 1])]
      point.offer(value < next ? node.score(left) : -.infinity, i)
      value = next
      i &+= 1
    }
    point.settle(segment.feature, &best)
  }

  private func searchWithMissing<RowID>(_ segment: SortedSegment<RowID>, _ best: inout Split) {
    let node = node
    let missing = sum(segment.rows, segment.presentUpper..<segment.upper)
    var left = Mass(weighted: 0, weight: 0)
    for i in segment.lower..<segment.presentUpper {
      left.add(masses[Int(truncatingIfNeeded: segment.rows[i])])
      guard let places = segment.places(after: i) else { continue }
      if places.missingRight { segment.offer(node.score(left), i, &best) }
      if places.missingLeft {
        segment.offer(node.score(left.adding(missing)), i, &best, missingGoesLeft: true)
      }
    }
  }
}
