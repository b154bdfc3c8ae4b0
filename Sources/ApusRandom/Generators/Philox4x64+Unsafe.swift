// Part of Apus, Apache-2.0. See LICENSE.
import ApusKernels

extension Philox4x64 {
  /// Random123's `philox4x64` on one counter.
  package static func block(
    counter: SIMD4<UInt64>, key: SIMD2<UInt64>, rounds: Int = 10
  ) -> SIMD4<UInt64> {
    var (c0, c1, c2, c3) = (counter[0], counter[1], counter[2], counter[3])
    var (k0, k1) = (key[0], key[1])
    for _ in 0..<rounds {
      let p0 = c0.multipliedFullWidth(by: 0xD2E7_470E_E14C_6C93)
      let p1 = c2.multipliedFullWidth(by: 0xCA5A_8263_9512_1157)
      (c0, c1, c2, c3) = (p1.high ^ c1 ^ k0, p1.low, p0.high ^ c3 ^ k1, p0.low)
      k0 &+= 0x9E37_79B9_7F4A_7C15
      k1 &+= 0xBB67_AE85_84CA_A73B
    }
    return SIMD4(c0, c1, c2, c3)
  }

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
