// Part of Apus, Apache-2.0. See LICENSE.

/// Converts decimals of at most 19 digits to the nearest doubles.
///
/// D. Lemire's method (see ``PowersOfFive``): a product of 128 bits decides; N. Mushtak and D. Lemire proved that it always
/// does ("Fast number parsing without fallback", 2023).
enum DecimalConversion {
  private static let largestExact: UInt64 = 1 << 53

  /// Returns `digits` · 10^`exponent`, rounded to nearest, ties to even.
  ///
  /// - Parameter powers: ``PowersOfFive/words``.
  @inline(__always)
  static func double(_ digits: UInt64, exponent: Int, powers: [UInt64]) -> Double {
    if digits == 0 || exponent < PowersOfFive.first { return 0 }
    if exponent > PowersOfFive.last { return .infinity }
    let shift = digits.leadingZeroBitCount
    let product = product(digits << UInt64(shift), exponent, powers)
    let upper = Int(product.high >> 63)
    var mantissa = product.high >> UInt64(upper + 9)
    var power = ((217_706 * exponent) >> 16) + 63 + upper - shift + 1023
    if power <= 0 { return subnormal(mantissa, power) }
    let isHalfway =
      product.low <= 1 && exponent >= -4 && exponent <= 23 && mantissa & 3 == 1
      && mantissa << UInt64(upper + 9) == product.high
    if isHalfway { mantissa &= ~1 }
    mantissa = (mantissa + (mantissa & 1)) >> 1
    if mantissa >= 1 << 53 {
      mantissa = 1 << 52
      power += 1
    }
    if power >= 0x7ff { return .infinity }
    return Double(bitPattern: UInt64(power) << 52 | mantissa & ~(1 << 52))
  }

  @inline(__always)
  private static func product(
    _ digits: UInt64, _ exponent: Int, _ powers: [UInt64]
  ) -> (high: UInt64, low: UInt64) {
    let index = 2 * (exponent - PowersOfFive.first)
    var (high, low) = digits.multipliedFullWidth(by: powers[index])
    if high & 0x1ff == 0x1ff {
      let second = digits.multipliedFullWidth(by: powers[index + 1])
      low &+= second.high
      if second.high > low { high &+= 1 }
    }
    return (high, low)
  }

  private static func subnormal(_ mantissa: UInt64, _ power: Int) -> Double {
    if 1 - power >= 64 { return 0 }
    var mantissa = mantissa >> UInt64(1 - power)
    mantissa = (mantissa + (mantissa & 1)) >> 1
    return Double(bitPattern: mantissa)
  }

  /// The same, faster for whole numbers.
  @inline(__always)
  static func nearest(_ digits: UInt64, exponent: Int, powers: [UInt64]) -> Double {
    exponent == 0 && digits <= largestExact
      ? Double(digits) : double(digits, exponent: exponent, powers: powers)
  }
}
