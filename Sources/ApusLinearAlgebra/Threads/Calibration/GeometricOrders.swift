// Part of Apus, Apache-2.0. See LICENSE.

/// Orders at which speed is measured: each the square root of two times the one before.
package enum GeometricOrders {
  /// From `first` on, as far as they are not above `last`, ascending and each once.
  package static func from(_ first: Int, to last: Int) -> [Int] {
    let steps = sequence(first: Double(first)) { $0 * 1.4142135623730951 }
      .prefix { $0 <= Double(last) * 1.0001 }.map { Int($0.rounded()) }
    return Set(steps).sorted()
  }
}
