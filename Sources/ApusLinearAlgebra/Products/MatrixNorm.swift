// Part of Apus, Apache-2.0. See LICENSE.

/// Measures of a matrix's size.
public enum MatrixNorm: Sendable, Hashable, CaseIterable {
  /// The largest sum of magnitudes of a column.
  case one
  /// The largest sum of magnitudes of a row.
  case infinity
  /// The root of the sum of squares.
  case frobenius
  /// The largest magnitude of an element (not a norm of operators).
  case maximum
}

extension Matrix {
  /// The size of the matrix by some measure; NaN if an element is.
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

  /// The largest singular value.
  ///
  /// - Complexity: that of ``svd()``.
  /// - Throws: as ``svd()``.
  public func norm2() throws(LinearAlgebraError) -> Element { try svd().values.first ?? 0 }

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
