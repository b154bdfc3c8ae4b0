// Part of Apus, Apache-2.0. See LICENSE.

/// The norms of a matrix.
public enum MatrixNorm: Sendable, Hashable, CaseIterable {
  /// The largest sum of the magnitudes in a column.
  case one
  /// The largest sum of the magnitudes in a row.
  case infinity
  /// The square root of the sum of squares.
  case frobenius
  /// The largest magnitude of an element (not an operator norm).
  case maximum
}

extension Matrix {
  /// A norm of the matrix; NaN if an element is.
  ///
  /// - Complexity: O(rows × columns).
  public func norm(_ kind: MatrixNorm = .frobenius) -> Element {
    switch kind {
    case .one:
      Self.largest(sumsOfColumns(magnitudes: true))
    case .infinity: transposed.norm(.one)
    case .maximum:
      withExtendedLifetime(self) { Element.routines(of: .current).loops.largest(block) }
    case .frobenius: frobenius
    }
  }

  /// The sum of the diagonal.
  public var trace: Element { diagonal.reduce(0, +) }

  private var frobenius: Element {
    let sum = withExtendedLifetime(self) {
      Element.routines(of: .current).loops.sumOfSquares(block, 1)
    }
    // Where a square overflows or vanishes, the elements are scaled by the largest of them.
    let least = Element.leastNormalMagnitude / Element.ulpOfOne
    if sum.isFinite && sum >= least { return sum.squareRoot() }
    let largest = norm(.maximum)
    if largest == 0 || !largest.isFinite { return largest }
    let factor = Element(sign: .plus, exponent: -largest.exponent, significand: 1)
    if factor.isFinite && factor > 0 {
      return withExtendedLifetime(self) {
        Element.routines(of: .current).loops.sumOfSquares(block, factor).squareRoot() / factor
      }
    }
    return largest * map { $0 / largest }.frobenius
  }

  private static func largest(_ values: [Element]) -> Element {
    values.reduce(0) { $0.isNaN || $1.isNaN ? .nan : max($0, $1) }
  }
}
