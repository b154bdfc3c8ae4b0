// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom

// Safety: The grower owns its scratch memory, sized for all rows and features, and frees it in deinit; it is not copyable, so it
// is freed exactly once. The caller must keep `values` alive while the tree grows: `ForestTraining` does, in a closure.

/// Grows one tree with exact splits on presorted columns and stable partition.
///
/// The method is SLIQ (Mehta, Agrawal and Rissanen 1996).
/// Goals: the exact best split of every node; a result that depends on the training set and the
/// generator only; then speed. No sort and no unpredictable branch in the inner loops: each node
/// scans its segment of each feature's order, and the chosen split partitions all orders stably by
/// a byte per row. Sorting per node, which saves the partition where few features are tried, is
/// slower up to tens of thousands of rows, so it is not offered.
struct TreeGrower<RowID: FixedWidthInteger & UnsignedInteger, Criterion: SplitCriterion>: ~Copyable
{
  private let features: SortedFeatures
  private let isSimple: UnsafeMutablePointer<Bool>
  private let values: UnsafePointer<Double>
  private let tried: Int
  private let minimumLeafSize: Int
  private let maximumDepth: Int
  private let criterion: Criterion

  /// The number of different rows in the bag.
  private let count: Int
  /// The orders of all features, filtered to rows in the bag.
  private let orders: UnsafeMutablePointer<RowID>
  private let spare: UnsafeMutablePointer<RowID>
  private let goesLeft: UnsafeMutablePointer<UInt8>
  private let candidates: UnsafeMutablePointer<Int>

  private var nodes: [TreeNode] = []
  private(set) var distributions: [Double] = []
  private(set) var importance: [Double]

  private struct OpenNode {
    var index: Int
    var lower: Int
    var upper: Int
    var depth: Int
  }

  init(
    features: SortedFeatures, values: UnsafePointer<Double>, target: ForestTarget,
    weights: [Int32], options: ForestOptions
  ) {
    self.features = features
    self.values = values
    isSimple = .allocate(capacity: features.featureCount)
    isSimple.initialize(from: features.isSimple, count: features.featureCount)
    tried = options.features.count(of: features.featureCount)
    minimumLeafSize = options.minimumLeafSize
    maximumDepth = options.maximumDepth ?? .max
    criterion = Criterion(target: target, weights: weights)
    count = weights.count { $0 > 0 }
    orders = .allocate(capacity: count * features.featureCount + 1)
    spare = .allocate(capacity: count)
    goesLeft = .allocate(capacity: features.rowCount)
    candidates = .allocate(capacity: features.featureCount)
    goesLeft.initialize(repeating: 0, count: features.rowCount)
    for feature in 0..<features.featureCount { (candidates + feature).initialize(to: feature) }
    importance = [Double](repeating: 0, count: features.featureCount)
    filter(weights)
  }

  deinit {
    isSimple.deallocate()
    orders.deallocate()
    spare.deallocate()
    goesLeft.deallocate()
    candidates.deallocate()
  }

  /// Copies the rows in the bag: every row is written, but only those in the bag are kept.
  private func filter(_ weights: [Int32]) {
    let all = features.rowCount
    for feature in 0..<features.featureCount {
      let target = orders + feature * count
      var kept = 0
      for i in feature * all..<(feature + 1) * all {
        let row = features.orders[i]
        target[kept] = RowID(truncatingIfNeeded: row)
        kept += weights[Int(row)] > 0 ? 1 : 0
        if kept == count { break }
      }
    }
  }

  /// Grows the tree.
  mutating func grow(using generator: inout Philox4x64) -> Tree {
    nodes = [.leaf(0)]
    var open = [OpenNode(index: 0, lower: 0, upper: count, depth: 0)]
    while let node = open.popLast() {
      let differs = criterion.enter(orders, node.lower, node.upper)
      let mayContinue =
        differs && node.depth < maximumDepth && canDivide(node.upper - node.lower)
      let split = mayContinue ? bestSplit(of: node, using: &generator) : Split()
      if split.isFound {
        divide(node, split, &open)
      } else {
        nodes[node.index] = .leaf(criterion.leafValue(&distributions))
      }
    }
    return Tree(nodes: nodes)
  }
}

// MARK: - Searching

extension TreeGrower {
  /// Tries features in random order.
  ///
  /// Two simple features are scanned at a time.
  private func bestSplit(of node: OpenNode, using generator: inout Philox4x64) -> Split {
    criterion.prepare(orders, node.lower, node.upper)
    var best = Split()
    var waiting: SortedSegment<RowID>?
    let isRotation = tried == features.featureCount
    var order = CandidateOrder(
      candidates, features.featureCount, isRotation: isRotation, &generator)
    var left = tried
    let isPair = node.upper - node.lower == 2
    while left > 0 || !best.isFound && waiting == nil, let feature = order.next(&generator) {
      guard let segment = segment(feature, node) else { continue }
      left -= 1
      if !isSimple[feature] {
        criterion.search(segment, &best)
      } else if let other = waiting {
        criterion.searchSimple(other, segment, &best)
        waiting = nil
      } else {
        waiting = segment
      }
      // Every feature that differs separates two rows equally well.
      if isPair, best.isFound || waiting != nil { break }
    }
    if let waiting { criterion.searchSimple(waiting, nil, &best) }
    return best
  }

  /// A feature's rows in the node; nil if its value is the same in all of them.
  private func segment(_ feature: Int, _ node: OpenNode) -> SortedSegment<RowID>? {
    let rows = orders + feature * count
    let column = values + feature * features.rowCount
    var present = node.upper
    if !isSimple[feature] {
      if features.hasMissing[feature] {
        while present > node.lower && column[Int(rows[present - 1])].isNaN { present -= 1 }
      }
      if present == node.lower { return nil }
      let isConstant = column[Int(rows[node.lower])] == column[Int(rows[present - 1])]
      if isConstant && present == node.upper { return nil }
    }
    return SortedSegment(
      rows: rows, lower: node.lower, upper: node.upper, presentUpper: present, values: column,
      feature: feature, minimumLeafSize: minimumLeafSize)
  }
}

/// Features in random order: drawn one at a time without replacement or, if all are tried anyway,
/// taken in turn from a random start, which is enough to break ties without bias.
private struct CandidateOrder {
  private let candidates: UnsafeMutablePointer<Int>
  private let count: Int
  private let isRotation: Bool
  private var start = 0
  private var given = 0

  init(
    _ candidates: UnsafeMutablePointer<Int>, _ count: Int, isRotation: Bool,
    _ generator: inout Philox4x64
  ) {
    self.candidates = candidates
    self.count = count
    self.isRotation = isRotation
    if isRotation { start = generator.integer(in: 0...(count - 1)) }
  }

  mutating func next(_ generator: inout Philox4x64) -> Int? {
    guard given < count else { return nil }
    defer { given += 1 }
    if isRotation {
      let feature = start + given
      return feature < count ? feature : feature - count
    }
    let drawn = generator.integer(in: given...(count - 1))
    let feature = candidates[drawn]
    candidates[drawn] = candidates[given]
    candidates[given] = feature
    return feature
  }
}

// MARK: - Dividing

extension TreeGrower {
  /// Makes the node a split and opens its children.
  private mutating func divide(_ node: OpenNode, _ split: Split, _ open: inout [OpenNode]) {
    importance[split.feature] += criterion.fall(of: split)
    let middle = markLeft(node, split)
    let left = nodes.count
    nodes[node.index] = .split(
      feature: split.feature, threshold: threshold(node, split),
      missingGoesLeft: missingGoesLeft(node, split, middle), left: left)
    nodes.append(.leaf(0))
    nodes.append(.leaf(0))
    open.append(OpenNode(index: left, lower: node.lower, upper: middle, depth: node.depth + 1))
    open.append(OpenNode(index: left + 1, lower: middle, upper: node.upper, depth: node.depth + 1))
    // Children that become leaves need their rows together in the first order only.
    let larger = max(middle - node.lower, node.upper - middle)
    partition(node, features: canDivide(larger) ? features.featureCount : 1)
  }

  /// Whether this many rows are enough for two leaves.
  private func canDivide(_ rows: Int) -> Bool { rows - minimumLeafSize >= minimumLeafSize }

  /// Marks the rows that go left and returns where the right ones begin.
  private func markLeft(_ node: OpenNode, _ split: Split) -> Int {
    let rows = orders + split.feature * count
    let present = presentUpper(node, split.feature)
    var lefts = 0
    for i in node.lower..<node.upper {
      let isLeft = i < split.position || (i >= present && split.missingGoesLeft)
      goesLeft[Int(rows[i])] = isLeft ? 1 : 0
      lefts += isLeft ? 1 : 0
    }
    return node.lower + lefts
  }

  private func presentUpper(_ node: OpenNode, _ feature: Int) -> Int {
    segment(feature, node)?.presentUpper ?? node.upper
  }

  /// The midpoint of the adjacent values, or the lower one where the midpoint rounds to the upper one.
  private func threshold(_ node: OpenNode, _ split: Split) -> Double {
    let rows = orders + split.feature * count
    let column = values + split.feature * features.rowCount
    guard split.position < presentUpper(node, split.feature) else { return .infinity }
    let below = column[Int(rows[split.position - 1])]
    let above = column[Int(rows[split.position])]
    let middle = (below + above) * 0.5
    return middle < above && middle >= below ? middle : below
  }

  /// A feature without missing values in the node sends later ones to the side with more rows.
  private func missingGoesLeft(_ node: OpenNode, _ split: Split, _ middle: Int) -> Bool {
    let isComplete = presentUpper(node, split.feature) == node.upper
    return isComplete ? middle - node.lower > node.upper - middle : split.missingGoesLeft
  }

  /// Moves the left rows of each order before the right ones, keeping both in order.
  ///
  /// No branch depends on the data.
  private func partition(_ node: OpenNode, features: Int) {
    let (spare, goesLeft) = (spare, goesLeft)
    for feature in 0..<features {
      let rows = orders + feature * count
      var left = node.lower
      var right = 0
      for i in node.lower..<node.upper {
        let row = rows[i]
        let isLeft = Int(truncatingIfNeeded: goesLeft[Int(truncatingIfNeeded: row)])
        rows[left] = row
        spare[right] = row
        left &+= isLeft
        right &+= 1 &- isLeft
      }
      var i = 0
      while i < right {
        rows[left &+ i] = spare[i]
        i &+= 1
      }
    }
  }
}
