// Part of Apus, Apache-2.0. See LICENSE.

/// Loops over all elements of a block, as closures compiled for one precision: the same loops in code that is
/// generic over the precision are thirty times slower.
struct BlockLoops<Element: BlockScalar>: Sendable {
  /// The position of the first element that is not finite; only in the lower triangle if the flag is true.
  let firstNonFinite: @Sendable (Block<Element>, Bool) -> (row: Int, column: Int)?
  /// The largest magnitude of the elements; NaN if an element is.
  let largest: @Sendable (Block<Element>) -> Element
  /// The sum of each column, in eight running sums.
  let columnSums: @Sendable (Block<Element>) -> [Element]
  /// The sum of the squares of the elements times a factor.
  let sumOfSquares: @Sendable (Block<Element>, Element) -> Element
  /// Copies the lower triangle to the upper one.
  let mirrorLower: @Sendable (Block<Element>) -> Void
  /// Sets the strict upper triangle to 0.
  let clearUpper: @Sendable (Block<Element>) -> Void
}

extension BlockLoops<Double> {
  static let doubles = BlockLoops(
    firstNonFinite: { $0.firstNonFinite(lower: $1) }, largest: { $0.largestMagnitude },
    columnSums: { $0.columnSums() }, sumOfSquares: { $0.sumOfSquares(times: $1) },
    mirrorLower: { $0.mirrorLower() }, clearUpper: { $0.clearUpper() })
}

extension BlockLoops<Float> {
  static let floats = BlockLoops(
    firstNonFinite: { $0.firstNonFinite(lower: $1) }, largest: { $0.largestMagnitude },
    columnSums: { $0.columnSums() }, sumOfSquares: { $0.sumOfSquares(times: $1) },
    mirrorLower: { $0.mirrorLower() }, clearUpper: { $0.clearUpper() })
}
