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
    case .one: Self.largest((0..<columns).map { column in column1(column) })
    case .infinity: transposed.norm(.one)
    case .maximum: Element.routines(of: .current).loops.largest(block)
    case .frobenius: frobenius
    }
  }

  /// The sum of the diagonal.
  public var trace: Element { diagonal.reduce(0, +) }

  private func column1(_ index: Int) -> Element { column(index).reduce(0) { $0 + $1.magnitude } }

  private var frobenius: Element {
    let largest = norm(.maximum)
    if largest == 0 || !largest.isFinite { return largest }
    return largest * elements.reduce(0) { $0 + ($1 / largest) * ($1 / largest) }.squareRoot()
  }

  private static func largest(_ values: [Element]) -> Element {
    values.reduce(0) { $0.isNaN || $1.isNaN ? .nan : max($0, $1) }
  }
}
