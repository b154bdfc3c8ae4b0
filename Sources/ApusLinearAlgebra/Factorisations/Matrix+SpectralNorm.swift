// Part of Apus, Apache-2.0. See LICENSE.

extension Matrix {
  /// The largest singular value.
  ///
  /// - Complexity: that of ``svd()``.
  /// - Throws: as ``svd()``.
  public func spectralNorm() throws(LinearAlgebraError) -> Element {
    try svd().singularValues.first ?? 0
  }
}
