// Part of Apus, Apache-2.0. See LICENSE.

extension BitGenerator {
  /// A double in [0, 1), a multiple of 2⁻⁵³.
  ///
  /// - Compatibility: `random()` of NumPy, bit for bit.
  @inlinable
  public mutating func uniform() -> Double { nextDouble() }

  /// A double in [low, high), up to rounding.
  ///
  /// - Parameter range: finite bounds.
  /// - Compatibility: `uniform(low, high)` of NumPy, bit for bit; NumPy refuses ranges that are wider than the largest double.
  @inlinable
  public mutating func uniform(in range: Range<Double>) -> Double {
    let width = range.upperBound - range.lowerBound
    if width.isFinite { return range.lowerBound + width * nextDouble() }
    require(
      range.lowerBound.isFinite && range.upperBound.isFinite,
      "a uniform number needs finite bounds, not \(range)")
    // Of half the range, which is finite, and doubled.
    let half = range.upperBound / 2 - range.lowerBound / 2
    return 2 * (range.lowerBound / 2 + half * nextDouble())
  }

  /// A float in [0, 1), a multiple of 2⁻²⁴.
  ///
  /// - Compatibility: `random(dtype=float32)` of NumPy, bit for bit.
  @inlinable
  public mutating func uniformFloat() -> Float {
    Float(nextUInt32() >> 8) * 0x1p-24
  }

  /// `count` doubles in [0, 1): the values of as many calls to ``uniform()``, but faster.
  ///
  /// - Complexity: O(`count`).
  @inlinable
  public mutating func uniforms(count: Int) -> [Double] {
    var values = [Double](repeating: 0, count: count)
    fillUniform(&values)
    return values
  }

  /// Fills an array with the values of repeated calls to ``uniform()``, but faster.
  ///
  /// - Complexity: O(values.count), no allocation.
  @inlinable
  public mutating func fillUniform(_ values: inout [Double]) {
    var span = values.mutableSpan
    fillDoubles(&span)
  }
}
