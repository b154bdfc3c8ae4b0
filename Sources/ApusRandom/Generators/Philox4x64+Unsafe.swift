// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandomKernels

// Safety: Kernels get counter, key and a buffer with its count, and write no more. Callers use spans.

extension Philox4x64 {
  /// Fills `words` with the next words: whole blocks by the kernel, the ends from the buffer.
  public mutating func fillWords(_ words: inout MutableSpan<UInt64>) {
    words.withUnsafeMutableBufferPointer { fill($0) }
  }

  /// Fills `values` with doubles in [0, 1).
  public mutating func fillDoubles(_ values: inout MutableSpan<Double>) {
    values.withUnsafeMutableBufferPointer { values in
      var filled = 0
      while used < 4 && filled < values.count {
        values[filled] = nextDouble()
        filled += 1
      }
      let blocks = (values.count - filled) / 4
      if blocks > 0 {
        let kernel = BlockKernels.current.table.philox4x64_doubles!
        withCounterAndKey { kernel($0, $1, values.baseAddress! + filled, blocks) }
        filled += 4 * blocks
      }
      while filled < values.count {
        values[filled] = nextDouble()
        filled += 1
      }
    }
  }

  private mutating func withCounterAndKey(
    _ body: (UnsafeMutablePointer<UInt64>, UnsafePointer<UInt64>) -> Void
  ) {
    withUnsafeMutablePointer(to: &counter) { counter in
      counter.withMemoryRebound(to: UInt64.self, capacity: 4) { counter in
        withUnsafePointer(to: &key) { key in
          key.withMemoryRebound(to: UInt64.self, capacity: 2) { key in body(counter, key) }
        }
      }
    }
  }

  private mutating func fill(_ words: UnsafeMutableBufferPointer<UInt64>) {
    var filled = 0
    while used < 4 && filled < words.count {
      words[filled] = next()
      filled += 1
    }
    let blocks = (words.count - filled) / 4
    if blocks > 0 {
      let kernel = BlockKernels.current.table.philox4x64_blocks!
      withCounterAndKey { kernel($0, $1, words.baseAddress! + filled, blocks) }
      filled += 4 * blocks
    }
    while filled < words.count {
      words[filled] = next()
      filled += 1
    }
  }
}
