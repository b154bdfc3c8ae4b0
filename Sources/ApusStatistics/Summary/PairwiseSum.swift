// Part of Apus, Apache-2.0. See LICENSE.

/// Pairwise summation, in exactly the order of `numpy.sum` on contiguous doubles.
///
/// The rounding error grows with log n instead of n (Higham 1993). The order depends on the count
/// alone, so sums are reproducible to the last bit.
///
/// - Compatibility: `numpy.sum` and `numpy.mean` of a contiguous array, NumPy 2.4, bit for bit.
public enum PairwiseSum {
  /// The longest run that is summed without halving.
  static let leaf = 128

  /// The sum of all values; 0 for none.
  ///
  /// - Complexity: O(values.count).
  public static func sum(_ values: [Double]) -> Double {
    values.isEmpty ? 0 : 0 + sum(values, 0, values.count)  // as in NumPy, minus zero becomes zero
  }

  /// The arithmetic mean; NaN for no values.
  ///
  /// - Complexity: O(values.count).
  public static func mean(_ values: [Double]) -> Double {
    sum(values) / Double(values.count)
  }

  /// The sum of `count` values that are produced in blocks, in order, so that memory stays small.
  ///
  /// - Parameters:
  ///   - count: the number of values.
  ///   - fill: called with an array to fill with the next values; its count varies.
  /// - Complexity: O(`count`) time, memory for 2048 doubles.
  public static func sum(count: Int, filling fill: (inout [Double]) -> Void) -> Double {
    var buffer: [Double] = []
    return count == 0 ? 0 : 0 + streamed(count, &buffer, fill)
  }

  private static func streamed(
    _ count: Int, _ buffer: inout [Double], _ fill: (inout [Double]) -> Void
  ) -> Double {
    if count <= 2048 {
      if buffer.count != count { buffer = [Double](repeating: 0, count: count) }
      fill(&buffer)
      return sum(buffer, 0, count)
    }
    let first = half(count)
    let left = streamed(first, &buffer, fill)
    return left + streamed(count - first, &buffer, fill)
  }

  private static func half(_ count: Int) -> Int { count / 2 - count / 2 % 8 }

  private static func sum(_ values: [Double], _ start: Int, _ count: Int) -> Double {
    if count > leaf {
      let first = half(count)
      return sum(values, start, first) + sum(values, start + first, count - first)
    }
    if count < 8 {
      return values[start..<(start + count)].reduce(-0.0, +)
    }
    return leafSum(values, start, count)
  }

  /// Keeps eight running sums, as NumPy does, then adds the rest.
  private static func leafSum(_ values: [Double], _ start: Int, _ count: Int) -> Double {
    var sums = SIMD8<Double>(repeating: -0.0)
    var i = start
    let end = start + count - count % 8
    while i < end {
      sums += SIMD8(
        values[i], values[i + 1], values[i + 2], values[i + 3],
        values[i + 4], values[i + 5], values[i + 6], values[i + 7])
      i += 8
    }
    let low = (sums[0] + sums[1]) + (sums[2] + sums[3])
    let high = (sums[4] + sums[5]) + (sums[6] + sums[7])
    return values[i..<(start + count)].reduce(low + high, +)
  }
}
