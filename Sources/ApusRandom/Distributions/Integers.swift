// Part of Apus, Apache-2.0. See LICENSE.

extension VariateGenerator {
  /// An integer, all values of `range` equally likely.
  ///
  /// ```swift
  /// let die = generator.integer(in: 1...6)
  /// ```
  /// - Parameter range: not empty by construction.
  /// - Complexity: O(1) expected.
  /// - Compatibility: follows the generator's rules, bit for bit: `integers(low, high, endpoint=True)` of
  ///   NumPy (Lemire 2019), `randint(low, high + 1)` of its legacy interface, `sample` of R.
  @inlinable
  public mutating func integer(in range: ClosedRange<Int>) -> Int {
    range.value(at: boundedWord(range.width))
  }

  /// An integer in a half-open range, all values equally likely.
  ///
  /// - Parameter range: not empty.
  @inlinable
  public mutating func integer(in range: Range<Int>) -> Int {
    require(!range.isEmpty, "Cannot draw from the empty range \(range).")
    return integer(in: ClosedRange(uncheckedBounds: (range.lowerBound, range.upperBound - 1)))
  }
}

extension BitGenerator {
  /// 8- or 16-bit integers, several from each word.
  mutating func smallIntegers<Value: FixedWidthInteger>(
    in range: ClosedRange<Value>, count: Int
  ) -> [Value] {
    var pieces = SubwordReader(bits: Value.bitWidth)
    return (0..<count).map { _ in
      range.value(at: boundedPiece(UInt32(range.width), &pieces))
    }
  }

  /// `count` fair coin tosses, 32 from each word.
  ///
  /// - Compatibility: `integers(0, 2, count, dtype=bool)` of NumPy, bit for bit.
  public mutating func bools(count: Int) -> [Bool] {
    var pieces = SubwordReader(bits: 1)
    return (0..<count).map { _ in pieces.next { nextUInt32() } == 1 }
  }
}

extension BitGenerator {
  /// An integer in 0...`width`, by NumPy's rules for 32- and 64-bit types (Lemire 2019).
  @inlinable
  public mutating func boundedWord(_ width: UInt64) -> UInt64 {
    if width == 0 { return 0 }
    if width == .max { return next() }
    if width == 0xffff_ffff { return UInt64(nextUInt32()) }
    return width < 0xffff_ffff ? UInt64(lemire32(UInt32(width))) : lemire64(width)
  }

  @inlinable
  mutating func lemire32(_ width: UInt32) -> UInt32 {
    let values = width &+ 1
    var product = UInt64(nextUInt32()) &* UInt64(values)
    if UInt32(truncatingIfNeeded: product) < values {
      let threshold = (0 &- values) % values
      while UInt32(truncatingIfNeeded: product) < threshold {
        product = UInt64(nextUInt32()) &* UInt64(values)
      }
    }
    return UInt32(truncatingIfNeeded: product &>> 32)
  }

  @inlinable
  mutating func lemire64(_ width: UInt64) -> UInt64 {
    let values = width &+ 1
    var product = next().multipliedFullWidth(by: values)
    if product.low < values {
      let threshold = (0 &- values) % values
      while product.low < threshold { product = next().multipliedFullWidth(by: values) }
    }
    return product.high
  }

  /// The same for 8- and 16-bit types, on pieces of words.
  mutating func boundedPiece(_ width: UInt32, _ pieces: inout SubwordReader) -> UInt64 {
    if width == 0 { return 0 }
    if width == pieces.mask { return UInt64(pieces.next { nextUInt32() }) }
    let values = width + 1
    var product = pieces.next { nextUInt32() } * values
    if product & pieces.mask < values {
      let threshold = (pieces.mask - width) % values
      while product & pieces.mask < threshold {
        product = pieces.next { nextUInt32() } * values
      }
    }
    return UInt64(product >> pieces.bits)
  }
}

extension ClosedRange where Bound: FixedWidthInteger {
  /// The number of values minus one.
  @inlinable
  var width: UInt64 {
    UInt64(truncatingIfNeeded: upperBound &- lowerBound)
      & UInt64(truncatingIfNeeded: Bound.Magnitude.max)
  }

  /// The value that lies `offset` above the lowest.
  @inlinable
  func value(at offset: UInt64) -> Bound { lowerBound &+ Bound(truncatingIfNeeded: offset) }
}

/// Cuts 32-bit words into pieces, lowest first.
///
/// Pieces left over at the end of a bulk draw are dropped.
struct SubwordReader {
  let bits: UInt32
  private var word: UInt32 = 0
  private var left: UInt32 = 0

  init(bits: Int) { self.bits = UInt32(bits) }

  var mask: UInt32 { 1 << bits - 1 }

  mutating func next(_ draw: () -> UInt32) -> UInt32 {
    if left == 0 {
      word = draw()
      left = 32 / bits
    }
    defer {
      word >>= bits
      left -= 1
    }
    return word & mask
  }
}
