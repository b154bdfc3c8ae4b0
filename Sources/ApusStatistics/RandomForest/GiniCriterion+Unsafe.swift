// Part of Apus, Apache-2.0. See LICENSE.

// Safety: As `VarianceCriterion`: it owns and frees its memory, and the caller must pass rows and segments of its training set.

/// The criterion for classification: the largest decrease of Gini impurity, in exact integer sums.
final class GiniCriterion: SplitCriterion {
  private let classCount: Int
  private let classes: UnsafeMutablePointer<Int32>
  private let weights: UnsafeMutablePointer<Int32>
  private let totals: UnsafeMutablePointer<Int>
  private let left: UnsafeMutablePointer<Int>
  private var weight = 0
  private var squares = 0

  init(target: ForestTarget, weights rowWeights: [Int32]) {
    guard case .classes(let targets, let count) = target else {
      fatalError("Gini impurity needs classes.")
    }
    classCount = count
    classes = .allocate(capacity: targets.count)
    weights = .allocate(capacity: targets.count)
    totals = .allocate(capacity: count)
    left = .allocate(capacity: count)
    classes.initialize(from: targets, count: targets.count)
    weights.initialize(from: rowWeights, count: targets.count)
    totals.initialize(repeating: 0, count: count)
    left.initialize(repeating: 0, count: count)
  }

  deinit {
    classes.deallocate()
    weights.deallocate()
    totals.deallocate()
    left.deallocate()
  }

  func enter<RowID: FixedWidthInteger & UnsignedInteger>(
    _ rows: UnsafeMutablePointer<RowID>, _ lower: Int, _ upper: Int
  ) -> Bool {
    totals.update(repeating: 0, count: classCount)
    weight = 0
    for i in lower..<upper {
      let row = Int(rows[i])
      totals[Int(classes[row])] += Int(weights[row])
      weight += Int(weights[row])
    }
    squares = (0..<classCount).reduce(0) { $0 + totals[$1] * totals[$1] }
    return squares != weight * weight
  }

  func prepare<RowID: FixedWidthInteger & UnsignedInteger>(
    _ rows: UnsafeMutablePointer<RowID>, _ lower: Int, _ upper: Int
  ) {}

  func fall(of split: Split) -> Double { split.score - Double(squares) / Double(weight) }

  /// Returns the leaf's number and appends its class shares to `distributions`.
  func leafValue(_ distributions: inout [Double]) -> Double {
    let leaf = distributions.count / classCount
    for i in 0..<classCount { distributions.append(Double(totals[i]) / Double(weight)) }
    return Double(leaf)
  }

  func searchSimple<RowID>(
    _ first: SortedSegment<RowID>, _ second: SortedSegment<RowID>?, _ best: inout Split
  ) {
    search(first, &best)
    if let second { search(second, &best) }
  }

  func search<RowID>(_ segment: SortedSegment<RowID>, _ best: inout Split) {
    scan(segment, missingGoesLeft: false, &best)
    if segment.presentUpper < segment.upper { scan(segment, missingGoesLeft: true, &best) }
  }

  /// Moves rows from right to left one at a time and updates both sums of squared class weights.
  private func scan<RowID>(
    _ segment: SortedSegment<RowID>, missingGoesLeft: Bool, _ best: inout Split
  ) {
    var side = Side(rightSquares: squares, rightWeight: weight)
    left.update(repeating: 0, count: classCount)
    if missingGoesLeft {
      for i in segment.presentUpper..<segment.upper { move(Int(segment.rows[i]), &side) }
    }
    for i in segment.lower..<segment.presentUpper {
      move(Int(segment.rows[i]), &side)
      guard let places = segment.places(after: i) else { continue }
      guard missingGoesLeft ? places.missingLeft : places.missingRight else { continue }
      segment.offer(side.score, i, &best, missingGoesLeft: missingGoesLeft)
    }
  }

  private struct Side {
    var leftSquares = 0
    var leftWeight = 0
    var rightSquares: Int
    var rightWeight: Int

    var score: Double {
      Double(leftSquares) / Double(leftWeight) + Double(rightSquares) / Double(rightWeight)
    }
  }

  @inline(__always)
  private func move(_ row: Int, _ side: inout Side) {
    let c = Int(classes[row])
    let w = Int(weights[row])
    side.leftSquares += w * (2 * left[c] + w)
    side.rightSquares -= w * (2 * (totals[c] - left[c]) - w)
    side.leftWeight += w
    side.rightWeight -= w
    left[c] += w
  }
}
