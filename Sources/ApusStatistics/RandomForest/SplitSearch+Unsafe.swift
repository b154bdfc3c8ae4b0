// Part of Apus, Apache-2.0. See LICENSE.

/// The best split of a node found so far.
struct Split {
  var score = -Double.infinity
  var feature = -1
  /// Rows before this place of the feature's order go left, missing ones apart.
  var position = 0
  var missingGoesLeft = false

  var isFound: Bool { feature >= 0 }
}

/// What a criterion sees of a node's rows in the order of one feature.
struct SortedSegment<RowID: FixedWidthInteger & UnsignedInteger> {
  let rows: UnsafeMutablePointer<RowID>
  let lower: Int
  let upper: Int
  /// End of the rows whose value is present.
  let presentUpper: Int
  let values: UnsafePointer<Double>
  let feature: Int
  let minimumLeafSize: Int

  /// Where a split after the present row `i` could be: with missing values on the right, on the
  /// left.
  ///
  /// Nil if neither can be.
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

/// How a tree measures nodes.
///
/// A score is what a split maximises, among splits of one node.
protocol SplitCriterion: AnyObject {
  /// A tree's own memory, with its bootstrap weights.
  init(target: ForestTarget, weights: [Int32])

  /// Takes in a node. Returns whether its targets differ, so that a split can be of use.
  func enter<RowID>(_ rows: UnsafeMutablePointer<RowID>, _ lower: Int, _ upper: Int) -> Bool
  where RowID: FixedWidthInteger & UnsignedInteger

  /// Gets ready to search the node.
  func prepare<RowID>(_ rows: UnsafeMutablePointer<RowID>, _ lower: Int, _ upper: Int)
  where RowID: FixedWidthInteger & UnsignedInteger

  /// How much a split lowers the node's impurity, times its weight.
  func fall(of split: Split) -> Double

  /// Looks for a better split in features without equal or missing values.
  func searchSimple<RowID>(
    _ first: SortedSegment<RowID>, _ second: SortedSegment<RowID>?, _ best: inout Split)
  /// Looks for a better split in any feature.
  func search<RowID>(_ segment: SortedSegment<RowID>, _ best: inout Split)

  /// The value of a leaf of the node's rows; `distributions` takes what is more than a number.
  func leafValue(_ distributions: inout [Double]) -> Double
}

/// The values to predict.
enum ForestTarget: Sendable {
  /// Values times a power of two that brings them to 1 or below, less their mean; a prediction is
  /// that of the trees times `scale`.
  case values([Double], center: Double, scale: Double)
  case classes([Int32], count: Int)
}
