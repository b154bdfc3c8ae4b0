// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom

extension Matrix {
  /// The product of two matrices.
  ///
  /// For `x.transposed * x` only one triangle is computed, as by ``gram()``.
  ///
  /// - Complexity: O(rows × columns × other.columns), on several threads when that is worth it.
  /// - Reproducibility: the native backend gives the same bits for any number of threads; libraries need not.
  @inlinable
  public static func * (left: Matrix, right: Matrix) -> Matrix { Element.product(left, right) }

  /// The product, computed by `small` if even the call of a backend's closure would take noticeable time.
  @inline(__always)
  static func multiplied(
    _ left: Matrix, _ right: Matrix, small: (Block<Element>, Block<Element>, Block<Element>) -> Void
  ) -> Matrix {
    require(
      left.columns == right.rows,
      "A matrix of \(left.shape) cannot be multiplied by one of \(right.shape).")
    if left.isTranspose(of: right) { return right.gram() }
    let product = Matrix(uninitialisedRows: left.rows, columns: right.columns)
    let work = left.rows.saturatingMultiplied(by: right.columns).saturatingMultiplied(
      by: left.columns)
    if work <= Self.smallWork {
      small(left.block, right.block, product.block)
    } else {
      Element.routines(of: .current).product(1, left.block, right.block, 0, product.block, false)
    }
    return withExtendedLifetime((left, right)) { product }
  }

  /// The product of a matrix and a vector.
  ///
  /// - Complexity: O(rows × columns).
  public static func * (left: Matrix, right: [Element]) -> [Element] {
    (left * Matrix(column: right)).elements
  }

  /// The Gram matrix Aᵀ A, exactly symmetric.
  ///
  /// - Complexity: O(columns² × rows), half the cost of a general product.
  public func gram() -> Matrix {
    let routines = Element.routines(of: .current)
    return .filled(rows: columns, columns: columns) { product in
      routines.product(1, transposed.block, block, 0, product, true)
      routines.loops.mirrorLower(product)
    }
  }

  /// The number of multiplications up to which no library is called, because the call would cost more.
  private static var smallWork: Int { 48 * 48 * 48 }

  private func isTranspose(of other: Matrix) -> Bool {
    storage === other.storage && offset == other.offset && rows == other.columns
      && columns == other.rows && rowStride == other.columnStride && columnStride == other.rowStride
  }
}

infix operator .* : MultiplicationPrecedence
