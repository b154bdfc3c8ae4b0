// Part of Apus, Apache-2.0. See LICENSE.
public import ApusLinearAlgebra
public import ApusRandom

extension VariateGenerator {
  /// Draws a vector from a multivariate normal distribution.
  ///
  /// - Parameters:
  ///   - mean: d numbers.
  ///   - covariance: the Cholesky factor of the d × d covariance, computed once for many draws.
  /// - Returns: mean + L z, where z are the next d standard normals.
  /// - Complexity: O(d²).
  /// - Compatibility: `multivariate_normal(mean, cov, method="cholesky")` of NumPy draws the same z; the sums of
  ///   both libraries may differ in the last bits.
  public mutating func multivariateNormal(
    mean: [Double], covariance: Cholesky<Double>
  ) -> [Double] {
    let lower = covariance.lower
    require(
      lower.rows == mean.count,
      "A covariance of order \(lower.rows) does not fit a mean of \(mean.count) numbers.")
    let z = mean.map { _ in normal() }
    return mean.indices.map { i in (0...i).reduce(mean[i]) { $0 + lower[i, $1] * z[$1] } }
  }
}
