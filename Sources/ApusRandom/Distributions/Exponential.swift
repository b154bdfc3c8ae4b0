// Part of Apus, Apache-2.0. See LICENSE.

extension BitGenerator {
  /// A standard exponential deviate, by the ziggurat method.
  ///
  /// - Complexity: one word in 98.9 % of the draws.
  /// - Compatibility: `standard_exponential()` of NumPy, bit for bit on x86-64 Linux; elsewhere
  ///   the 0.05 % of values from the tail agree within 4 ulp.
  @inlinable
  public mutating func exponential() -> Double { exponential(from: next()) }

  @inlinable
  mutating func exponential(from first: UInt64) -> Double {
    let tables = ZigguratTables.exponential
    var word = first
    while true {
      let layer = Int(truncatingIfNeeded: word &>> 3 & 255)
      let magnitude = word &>> 11
      let x = Double(Int64(truncatingIfNeeded: magnitude)) * tables.w[layer]
      if magnitude < tables.k[layer] { return x }
      if let value = rareExponential(layer, x) { return value }
      word = next()
    }
  }

  /// A standard exponential deviate by inversion: a monotone function of a single uniform.
  ///
  /// - Compatibility: `standard_exponential(method="inv")` of NumPy, bit for bit on x86-64 Linux, within 4
  ///   ulp elsewhere.
  @inlinable
  public mutating func exponentialByInversion() -> Double { -Libm.log1p(-nextDouble()) }

  @inlinable
  mutating func rareExponential(_ layer: Int, _ x: Double) -> Double? {
    if layer == 0 { return 7.6971174701310497140446280481 - Libm.log1p(-nextDouble()) }
    let height = ZigguratTables.exponential.height(layer: layer, nextDouble())
    return height < Libm.exp(-x) ? x : nil
  }

  /// `count` exponential deviates: the values of as many calls to `exponential(mean:)`, but faster.
  ///
  /// - Complexity: O(`count`).
  public mutating func exponentials(count: Int, mean: Double = 1) -> [Double] {
    var values = [Double](repeating: 0, count: count)
    fillExponential(&values, mean: mean)
    return values
  }

  /// Fills an array with the values of repeated calls to `exponential(mean:)`, but faster.
  ///
  /// - Complexity: O(values.count), no allocation.
  public mutating func fillExponential(_ values: inout [Double], mean: Double = 1) {
    var span = values.mutableSpan
    fillStandardExponential(&span)
    if mean == 1 { return }
    for i in values.indices { values[i] *= mean }
  }
}
