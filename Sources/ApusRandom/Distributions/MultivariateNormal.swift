// Part of Apus, Apache-2.0. See LICENSE.

extension VariateGenerator {
  /// A vector of normals with a given covariance.
  ///
  /// - Parameters:
  ///   - mean: d numbers.
  ///   - cholesky: the lower Cholesky factor L of the covariance (Σ = L Lᵀ): row i has i + 1 numbers.
  /// - Returns: mean + L z, with d standard normals z in their order.
  /// - Complexity: O(d²).
  /// - Compatibility: `multivariate_normal(mean, cov, method="cholesky")` of NumPy draws the same z;
  ///   its BLAS may sum differently in the last bits.
  public mutating func multivariateNormal(mean: [Double], cholesky: [[Double]]) -> [Double] {
    require(
      cholesky.count == mean.count && cholesky.enumerated().allSatisfy { $1.count == $0 + 1 },
      "A Cholesky factor for \(mean.count) variables needs rows of 1...\(mean.count) numbers.")
    let z = mean.map { _ in normal() }
    return zip(mean, cholesky).map { center, row in
      zip(row, z).reduce(center) { $0 + $1.0 * $1.1 }
    }
  }
}
