// Part of Apus, Apache-2.0. See LICENSE.

/// The quantile function of the standard normal distribution (Wichura 1988, algorithm AS 241), in R's
/// arithmetic: three ratios of polynomials of degree 7, relative error about 1e-16.
///
/// - Compatibility: `qnorm(p)` of R 4.2, bit for bit on x86-64 Linux (`Tests/Vectors/rng/r.json`).
public enum StandardNormal {
  /// 2²⁷: R makes the argument from 27 bits of one uniform, followed by a second uniform.
  @usableFromInline static let scale = 134_217_728.0

  /// The value that a standard normal deviate stays below with probability `p`.
  ///
  /// - Parameter p: in (0, 1).
  public static func quantile(_ p: Double) -> Double {
    let q = p - 0.5
    if abs(q) <= 0.425 {
      let r = 0.180625 - q * q
      return q * horner(centralNumerator, r) / horner(centralDenominator, r)
    }
    return tail(p)
  }

  /// The quantile of a probability below 0.075 or above 0.925.
  static func tail(_ p: Double) -> Double {
    let q = p - 0.5
    let r = (-Libm.log(q > 0 ? 0.5 - p + 0.5 : p)).squareRoot()
    let size =
      r <= 5
      ? horner(middleNumerator, r - 1.6) / horner(middleDenominator, r - 1.6)
      : horner(farNumerator, r - 5) / horner(farDenominator, r - 5)
    return q < 0 ? -size : size
  }

  private static func horner(_ c: [Double], _ x: Double) -> Double {
    var value = c[7]
    for i in stride(from: 6, through: 0, by: -1) { value = value * x + c[i] }
    return value
  }

  private static let centralNumerator = [
    3.387132872796366608, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125,
    45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727,
  ]
  private static let centralDenominator = [
    1.0, 42.313330701600911252, 687.1870074920579083, 5394.1960214247511077,
    21213.794301586595867, 39307.89580009271061, 28729.085735721942674, 5226.495278852854561,
  ]
  private static let middleNumerator = [
    1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055, 3.64784832476320460504,
    1.27045825245236838258, 0.24178072517745061177, 0.0227238449892691845833,
    7.7454501427834140764e-4,
  ]
  private static let middleDenominator = [
    1.0, 2.05319162663775882187, 1.6763848301838038494, 0.68976733498510000455,
    0.14810397642748007459, 0.0151986665636164571966, 5.475938084995344946e-4,
    1.05075007164441684324e-9,
  ]
  private static let farNumerator = [
    6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358, 0.29656057182850489123,
    0.026532189526576123093, 0.0012426609473880784386, 2.71155556874348757815e-5,
    2.01033439929228813265e-7,
  ]
  private static let farDenominator = [
    1.0, 0.59983220655588793769, 0.13692988092273580531, 0.0148753612908506148525,
    7.868691311456132591e-4, 1.8463183175100546818e-5, 1.4215117583164458887e-7,
    2.04426310338993978564e-15,
  ]
}
