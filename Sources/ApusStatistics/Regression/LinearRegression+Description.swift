// Part of Apus, Apache-2.0. See LICENSE.

extension LinearRegression: CustomStringConvertible {
  /// The fit and the first coefficients.
  public var description: String {
    let errors = standardErrors.map { ", standard errors \(Excerpt.of($0))" } ?? ""
    return """
      LinearRegression: R² \(rSquared), intercept \(intercept)
      coefficients \(Excerpt.of(coefficients))\(errors)
      """
  }
}
