// Part of Apus, Apache-2.0. See LICENSE.

/// Bit patterns as the golden vectors write them.
public enum Hexadecimal {
  /// The 16 digits of a double.
  public static func text(_ value: Double) -> String {
    let digits = String(value.bitPattern, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
