// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandomKernels

// Safety: Integers are written within the caller's array, each once.

extension RandomState {
  /// `count` integers of any type, by masked rejection, as from `randint(low, high, count, dtype=…)`.
  public mutating func integers<Value: FixedWidthInteger>(
    in range: ClosedRange<Value>, count: Int
  ) -> [Value] {
    if Value.bitWidth <= 16 {
      var pieces = SubwordReader(bits: Value.bitWidth)
      return (0..<count).map { _ in
        range.value(at: maskedPiece(UInt32(range.width), &pieces))
      }
    }
    let base = UInt64(truncatingIfNeeded: range.lowerBound)
    return [Value](unsafeUninitializedCapacity: count) { values, initialized in
      BoundedFill.fill(values) { fillMasked($0, range.width, base) }
      initialized = count
    }
  }

  /// Fills `out` with `base` plus values in 0...width, by masked rejection.
  mutating func fillMasked(
    _ out: UnsafeMutableBufferPointer<UInt64>, _ width: UInt64, _ base: UInt64
  ) {
    let table = BlockKernels.current.table
    if width == 0 { return out.update(repeating: base) }
    if width > 0xffff_ffff {
      BoundedFill.from64(out, { generator.fillWords(&$0) }) {
        Int(table.masked64($0, $1, width, base, $2))
      }
    } else {
      BoundedFill.from32(out, { generator.fillWords32(&$0) }) {
        Int(table.masked32($0, $1, UInt32(width), base, $2))
      }
    }
  }
}
