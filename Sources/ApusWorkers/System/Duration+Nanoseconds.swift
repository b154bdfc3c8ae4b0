// Part of Apus, Apache-2.0. See LICENSE.

extension Duration {
  /// Nanoseconds, from 0 to those of thirty years.
  var wholeNanoseconds: Int { Int(max(0, min(self / .seconds(1), 1e9)) * 1e9) }
}
