// Part of Apus, Apache-2.0. See LICENSE.

extension BitGenerator {
  /// Puts the elements into random order, all orders equally likely (Fisher and Yates).
  ///
  /// - Complexity: O(values.count).
  /// - Compatibility: `shuffle` of NumPy on a one-dimensional array, bit for bit.
  @inlinable
  public mutating func shuffle<Values: MutableCollection & RandomAccessCollection>(
    _ values: inout Values
  ) {
    for i in stride(from: values.count - 1, to: 0, by: -1) {
      let j = Int(truncatingIfNeeded: maskedWord(UInt64(i)))
      values.swapAt(
        values.index(values.startIndex, offsetBy: i),
        values.index(values.startIndex, offsetBy: j))
    }
  }

  /// The numbers 0..<`count` in random order.
  ///
  /// - Complexity: O(`count`).
  /// - Compatibility: `permutation(count)` of NumPy, bit for bit.
  public mutating func permutation(_ count: Int) -> [Int] {
    var values = Array(0..<count)
    shuffle(&values)
    return values
  }

  /// A word of 0...width by masked rejection, as NumPy does for shuffles and for legacy integers.
  @inlinable
  mutating func maskedWord(_ width: UInt64) -> UInt64 {
    if width == 0 { return 0 }
    let mask = UInt64.max &>> UInt64(width.leadingZeroBitCount)
    while true {
      let word = (width <= 0xffff_ffff ? UInt64(nextUInt32()) : next()) & mask
      if word <= width { return word }
    }
  }
}
