// Part of Apus, Apache-2.0. See LICENSE.

extension VariateGenerator {
  /// Puts the elements into random order, all orders equally likely (Fisher and Yates).
  ///
  /// - Complexity: O(values.count).
  /// - Compatibility: `shuffle` of NumPy on a one-dimensional array, `sample(values)` of R, bit for bit.
  @inlinable
  public mutating func shuffle<Values: MutableCollection & RandomAccessCollection>(
    _ values: inout Values
  ) {
    if Self.rules == .r {
      let order = permutation(values.count)
      let old = Array(values)
      for (index, position) in zip(values.indices, order) { values[index] = old[position] }
      return
    }
    for i in stride(from: values.count - 1, to: 0, by: -1) {
      let j = Int(truncatingIfNeeded: maskedWord(UInt64(i)))
      values.swapAt(
        values.index(values.startIndex, offsetBy: i),
        values.index(values.startIndex, offsetBy: j))
    }
  }

  /// The elements of a collection in random order.
  ///
  /// - Complexity: O(values.count).
  /// - Compatibility: `permutation(values)` of NumPy on a one-dimensional array, bit for bit.
  @inlinable
  public mutating func permutation<Values: Sequence>(of values: Values) -> [Values.Element] {
    var copy = Array(values)
    shuffle(&copy)
    return copy
  }

  /// The numbers 0..<`count` in random order.
  ///
  /// - Complexity: O(`count`).
  /// - Compatibility: `permutation(count)` of NumPy, bit for bit.
  public mutating func permutation(_ count: Int) -> [Int] {
    require(count >= 0, "Cannot permute \(count) numbers.")
    var values = Array(0..<count)
    shuffle(&values)
    return values
  }
}
