// Part of Apus, Apache-2.0. See LICENSE.

/// Loops over all elements of a block, as closures compiled for one precision: the same loops in code that is
/// generic over the precision are thirty times slower.
struct BlockLoops<Element: BlockScalar>: Sendable {
  /// The position of the first element that is not finite; only in the lower triangle if the flag is true.
  let firstNonFinite: @Sendable (Block<Element>, Bool) -> (row: Int, column: Int)?
  /// The largest magnitude of the elements; NaN if an element is.
  let largest: @Sendable (Block<Element>) -> Element
  /// Whether all elements of two blocks of the same shape are equal.
  let areEqual: @Sendable (Block<Element>, Block<Element>) -> Bool
  /// The sum of each column, in eight running sums; of magnitudes if the flag is true.
  let columnSums: @Sendable (Block<Element>, Bool) -> [Element]
  /// The sum of the squares of the elements times a factor.
  let sumOfSquares: @Sendable (Block<Element>, Element) -> Element
  /// Writes the quotients of two blocks, or of one and a number, to a column-major block of the same shape.
  let quotients: @Sendable (Block<Element>, Block<Element>, Block<Element>) -> Void
  let quotientsBy: @Sendable (Block<Element>, Element, Block<Element>) -> Void
  /// Copies the lower triangle to the upper one.
  let mirrorLower: @Sendable (Block<Element>) -> Void
  /// Sets the strict upper triangle to 0.
  let clearUpper: @Sendable (Block<Element>) -> Void
}
