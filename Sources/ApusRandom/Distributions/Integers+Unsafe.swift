// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandomKernels

// Safety: The fills take the buffers of arrays and write each element once; kernels get as many words as they are told and return
// how many values they wrote, never more. Callers use the array functions above, which are safe.

extension BitGenerator {
  /// `count` integers of any type, all values of `range` equally likely.
  ///
  /// - Parameters:
  ///   - range: the values; any integer type of up to 64 bits.
  ///   - count: how many.
  /// - Complexity: O(`count`). Types of 8 and 16 bits take several values from one word.
  /// - Compatibility: `integers(low, high, count, dtype=…)` of NumPy, bit for bit; for R's generators,
  ///   as many calls to `integer(in:)`.
  public mutating func integers<Value: FixedWidthInteger>(
    in range: ClosedRange<Value>, count: Int
  ) -> [Value] {
    require(count >= 0, "Cannot draw \(count) integers.")
    require(Value.bitWidth <= 64, "Integers can have at most 64 bits, not \(Value.bitWidth).")
    if Self.rules == .r {
      return (0..<count).map { _ in range.value(at: boundedWord(range.width)) }
    }
    if Value.bitWidth <= 16 { return smallIntegers(in: range, count: count) }
    let base = UInt64(truncatingIfNeeded: range.lowerBound)
    return [Value](unsafeUninitializedCapacity: count) { values, initialized in
      BoundedFill.fill(values) { fillBounded($0, range.width, base) }
      initialized = count
    }
  }

  /// Fills an array with the values of repeated calls to `integer(in:)`, but faster.
  ///
  /// - Complexity: O(values.count), no allocation.
  public mutating func fillIntegers(_ values: inout [Int], in range: ClosedRange<Int>) {
    if Self.rules == .r {
      for i in values.indices { values[i] = integer(in: range) }
      return
    }
    let base = UInt64(bitPattern: Int64(range.lowerBound))
    values.withUnsafeMutableBufferPointer { values in
      BoundedFill.fill(values) { fillBounded($0, range.width, base) }
    }
  }

  /// Fills `out` with `base` plus values in 0...width, by Lemire's multiplication.
  ///
  /// Each value needs at least one word, so drawing one word per missing value never draws too many.
  private mutating func fillBounded(
    _ out: UnsafeMutableBufferPointer<UInt64>, _ width: UInt64, _ base: UInt64
  ) {
    let table = BlockKernels.current.table
    if width == 0 { return out.update(repeating: base) }
    if width == .max {
      var span = out.mutableSpan
      fillWords(&span)
      for i in out.indices { out[i] &+= base }
    } else if width > 0xffff_ffff {
      let values = width &+ 1
      let threshold = (0 &- values) % values
      BoundedFill.from64(out, { fillWords(&$0) }) {
        Int(table.lemire64($0, $1, values, threshold, base, $2))
      }
    } else if width == 0xffff_ffff {
      BoundedFill.from32(out, { fillWords32(&$0) }) {
        Int(table.masked32($0, $1, .max, base, $2))
      }
    } else {
      let values = UInt32(width) &+ 1
      let threshold = (0 &- values) % values
      BoundedFill.from32(out, { fillWords32(&$0) }) {
        Int(table.lemire32($0, $1, values, threshold, base, $2))
      }
    }
  }
}

/// Fills memory with accepted values, chunk by chunk.
enum BoundedFill {
  typealias Out = UnsafeMutablePointer<UInt64>

  /// Fills an array of 32- or 64-bit integers through 64-bit words.
  static func fill<Value: FixedWidthInteger>(
    _ values: UnsafeMutableBufferPointer<Value>,
    _ body: (UnsafeMutableBufferPointer<UInt64>) -> Void
  ) {
    guard let start = values.baseAddress else { return }
    if MemoryLayout<Value>.size == 8 && Value.bitWidth == 64 {
      start.withMemoryRebound(to: UInt64.self, capacity: values.count) {
        body(UnsafeMutableBufferPointer(start: $0, count: values.count))
      }
      return
    }
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: BlockKernels.chunk) { buffer in
      buffer.initialize(repeating: 0)
      var filled = 0
      while filled < values.count {
        let count = min(buffer.count, values.count - filled)
        body(UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
        for i in 0..<count {
          (start + filled + i).initialize(to: Value(truncatingIfNeeded: buffer[i]))
        }
        filled += count
      }
    }
  }

  /// Fills `out` from 64-bit words, which are made in `out` itself.
  static func from64(
    _ out: UnsafeMutableBufferPointer<UInt64>, _ draw: (inout MutableSpan<UInt64>) -> Void,
    _ kernel: (UnsafePointer<UInt64>, Int, Out) -> Int
  ) {
    var filled = 0
    while filled < out.count {
      let count = min(BlockKernels.chunk, out.count - filled)
      let words = UnsafeMutableBufferPointer(rebasing: out[filled..<(filled + count)])
      var span = words.mutableSpan
      draw(&span)
      filled += kernel(words.baseAddress!, count, words.baseAddress!)
    }
  }

  static func from32(
    _ out: UnsafeMutableBufferPointer<UInt64>, _ draw: (inout MutableSpan<UInt32>) -> Void,
    _ kernel: (UnsafePointer<UInt32>, Int, Out) -> Int
  ) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: BlockKernels.chunk) { buffer in
      buffer.initialize(repeating: 0)
      var filled = 0
      while filled < out.count {
        let count = min(buffer.count, out.count - filled)
        let words = UnsafeMutableBufferPointer(rebasing: buffer[..<count])
        var span = words.mutableSpan
        draw(&span)
        filled += kernel(words.baseAddress!, count, out.baseAddress! + filled)
      }
    }
  }
}
