// Part of Apus, Apache-2.0. See LICENSE.

// Safety: A segment is a view: the caller must keep the orders and values alive, and give bounds within them.

/// The best split of a node found so far.
struct Split {
  var score = -Double.infinity
  var feature = -1
  /// Rows before this position in the feature's order go left, except those with missing values.
  var position = 0
  var missingGoesLeft = false

  var isFound: Bool { feature >= 0 }
}

/// A node's rows in the order of one feature, as a criterion sees them.
struct SortedSegment<RowID: FixedWidthInteger & UnsignedInteger> {
  let rows: UnsafeMutablePointer<RowID>
  let lower: Int
  let upper: Int
  /// The end of the rows whose value is present.
  let presentUpper: Int
  let values: UnsafePointer<Double>
  let feature: Int
  let minimumLeafSize: Int

  /// Returns whether a split after row `i` is possible with missing values on the right, and on the
  /// left; nil if neither is.
  func places(after i: Int) -> (missingRight: Bool, missingLeft: Bool)? {
    let missing = upper - presentUpper
    let count = i + 1 - lower
    let isLast = i + 1 == presentUpper
    if isLast ? missing == 0 : !(values[Int(rows[i])] < values[Int(rows[i + 1])]) { return nil }
    let right = count >= minimumLeafSize && upper - lower - count >= minimumLeafSize
    let left =
      !isLast && missing > 0 && count + missing >= minimumLeafSize
      && presentUpper - i - 1 >= minimumLeafSize
    return right || left ? (right, left) : nil
  }

  /// Makes the split after row `i` the best one if its score is greater.
  @inline(__always)
  func offer(_ score: Double, _ i: Int, _ best: inout Split, missingGoesLeft: Bool = false) {
    if score > best.score {
      best = Split(
        score: score, feature: feature, position: i + 1, missingGoesLeft: missingGoesLeft)
    }
  }
}

/// The measure by which a tree chooses splits and values leaves.
///
/// Among the splits of a node, the one with the highest score is chosen.
protocol SplitCriterion: AnyObject {
  /// Allocates the memory of one tree, with its bootstrap weights.
  init(target: ForestTarget, weights: [Int32])

  /// Enters a node and returns whether its targets differ, so that a split can help.
  func enter<RowID>(_ rows: UnsafeMutablePointer<RowID>, _ lower: Int, _ upper: Int) -> Bool
  where RowID: FixedWidthInteger & UnsignedInteger

  /// Prepares the search for the best split of the node.
  func prepare<RowID>(_ rows: UnsafeMutablePointer<RowID>, _ lower: Int, _ upper: Int)
  where RowID: FixedWidthInteger & UnsignedInteger

  /// Returns how much a split decreases the node's impurity, times the node's weight.
  func fall(of split: Split) -> Double

  /// Searches one or two features without equal or missing values for a better split.
  func searchSimple<RowID>(
    _ first: SortedSegment<RowID>, _ second: SortedSegment<RowID>?, _ best: inout Split)
  /// Searches any feature for a better split.
  func search<RowID>(_ segment: SortedSegment<RowID>, _ best: inout Split)

  /// Returns the value of a leaf with the node's rows; class shares are appended to `distributions`.
  func leafValue(_ distributions: inout [Double]) -> Double
}

/// The values to predict.
enum ForestTarget: Codable, Sendable {
  /// Values scaled by a power of two to magnitudes below 2, less their mean; a prediction is the
  /// trees' mean times `scale`.
  case values([Double], center: Double, scale: Double)
  case classes([Int32], count: Int)

  /// The number of rows.
  var count: Int {
    switch self {
    case .values(let values, _, _): values.count
    case .classes(let classes, _): classes.count
    }
  }
}
