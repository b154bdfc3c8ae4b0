// Part of Apus, Apache-2.0. See LICENSE.

/// Bit patterns in the text form of the golden vectors.
public enum Hexadecimal {
  /// The 16 hexadecimal digits of a double's bit pattern.
  public static func text(_ value: Double) -> String {
    let digits = String(value.bitPattern, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
