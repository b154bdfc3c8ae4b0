// Part of Apus, Apache-2.0. See LICENSE.

/// The orders at which speed is measured: each is √2 times the one before.
package enum GeometricOrders {
  /// The orders from `first` up to `last`, ascending, without repetition.
  package static func from(_ first: Int, to last: Int) -> [Int] {
    let steps = sequence(first: Double(first)) { $0 * 1.4142135623730951 }
      .prefix { $0 <= Double(last) * 1.0001 }.map { Int($0.rounded()) }
    return Set(steps).sorted()
  }
}
