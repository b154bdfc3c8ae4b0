// Part of Apus, Apache-2.0. See LICENSE.

extension BitGenerator {
  /// A standard normal deviate, by the ziggurat method.
  ///
  /// - Complexity: one word in 99.3 % of the draws.
  /// - Compatibility: `standard_normal()` of NumPy; bit for bit on x86-64 Linux. On other
  ///   platforms the 0.03 % of values from the tail may differ by 4 ulp with the platform's log1p.
  @inlinable
  public mutating func normal() -> Double { normal(from: next()) }

  @inlinable
  mutating func normal(from first: UInt64) -> Double {
    let tables = ZigguratTables.normal
    var word = first
    while true {
      let layer = Int(truncatingIfNeeded: word & 255)
      let magnitude = word &>> 9 & 0xf_ffff_ffff_ffff
      // Bit 8 is the sign; the table holds the negated widths after the widths.
      let width = tables.w[Int(truncatingIfNeeded: word & 511)]
      let x = Double(Int64(truncatingIfNeeded: magnitude)) * width
      if magnitude < tables.k[layer] { return x }
      if let value = rareNormal(layer, magnitude, x) { return value }
      word = next()
    }
  }

  /// A value in the tail beyond 3.65 or in a wedge between layers; nil if the point is rejected.
  @inlinable
  mutating func rareNormal(_ layer: Int, _ magnitude: UInt64, _ x: Double) -> Double? {
    if layer == 0 { return normalTail(negative: magnitude &>> 8 & 1 == 1) }
    let height = ZigguratTables.normal.height(layer: layer, nextDouble())
    return height < Libm.exp(-0.5 * x * x) ? x : nil
  }

  @inlinable
  mutating func normalTail(negative: Bool) -> Double {
    while true {
      let xx = -0.27366123732975827203338247596 * Libm.log1p(-nextDouble())
      let yy = -Libm.log1p(-nextDouble())
      if yy + yy > xx * xx {
        let value = 3.6541528853610087963519472518 + xx
        return negative ? -value : value
      }
    }
  }
}

extension BitGenerator {
  /// A standard normal float.
  ///
  /// - Compatibility: `standard_normal(dtype=float32)` of NumPy, as `normal()`.
  public mutating func normalFloat() -> Float {
    let tables = ZigguratFloatTables.normal
    while true {
      let word = nextUInt32()
      let layer = Int(word & 255)
      let magnitude = word >> 9
      let x = Float(magnitude) * tables.w[layer]
      let signed = word >> 8 & 1 == 1 ? -x : x
      if magnitude < tables.k[layer] { return signed }
      if layer == 0 { return normalFloatTail(negative: magnitude >> 8 & 1 == 1) }
      let height = Double(tables.height(layer: layer, uniformFloat()))
      if height < Libm.exp(-0.5 * Double(signed) * Double(signed)) { return signed }
    }
  }

  private mutating func normalFloatTail(negative: Bool) -> Float {
    while true {
      let xx = -Float(0.27366123732975827203338247596) * Libm.log1p(-uniformFloat())
      let yy = -Libm.log1p(-uniformFloat())
      if yy + yy > xx * xx {
        let value = Float(3.6541528853610087963519472518) + xx
        return negative ? -value : value
      }
    }
  }
}

extension BitGenerator {
  /// `count` normal deviates: the values of as many calls to `normal(mean:standardDeviation:)`, but faster.
  ///
  /// - Parameters:
  ///   - count: how many.
  ///   - mean: default 0.
  ///   - standardDeviation: default 1, not negative.
  /// - Complexity: O(`count`).
  public mutating func normals(
    count: Int, mean: Double = 0, standardDeviation: Double = 1
  ) -> [Double] {
    var values = [Double](repeating: 0, count: count)
    fillNormal(&values, mean: mean, standardDeviation: standardDeviation)
    return values
  }

  /// Fills an array with the values of repeated calls to `normal(mean:standardDeviation:)`, but faster.
  ///
  /// - Complexity: O(values.count), no allocation.
  public mutating func fillNormal(
    _ values: inout [Double], mean: Double = 0, standardDeviation: Double = 1
  ) {
    var span = values.mutableSpan
    fillStandardNormal(&span)
    if mean == 0 && standardDeviation == 1 { return }
    for i in values.indices { values[i] = mean + standardDeviation * values[i] }
  }
}
