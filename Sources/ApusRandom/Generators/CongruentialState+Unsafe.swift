// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandomKernels

// Safety: Kernels get the state and a buffer with its count, and write no more. Callers use spans.

extension CongruentialState {
  /// Fills `words` with a kernel and moves the state past them.
  mutating func fill(
    _ words: UnsafeMutableBufferPointer<UInt64>,
    _ kernel: (UnsafeMutablePointer<apus_pcg64>?, UnsafeMutablePointer<UInt64>?, Int) -> Void
  ) {
    var generator = apus_pcg64(
      state_high: UInt64(truncatingIfNeeded: value >> 64),
      state_low: UInt64(truncatingIfNeeded: value),
      increment_high: UInt64(truncatingIfNeeded: increment >> 64),
      increment_low: UInt64(truncatingIfNeeded: increment))
    kernel(&generator, words.baseAddress, words.count)
    value = UInt128(generator.state_high) << 64 | UInt128(generator.state_low)
  }
}

extension PCG64 {
  /// Fills `words` with the next words.
  public mutating func fillWords(_ words: inout MutableSpan<UInt64>) {
    words.withUnsafeMutableBufferPointer { fill($0) }
  }

  /// Fills `values` with doubles in [0, 1).
  public mutating func fillDoubles(_ values: inout MutableSpan<Double>) {
    BlockKernels.current.fillDoubles(&values) { fill($0) }
  }

  private mutating func fill(_ words: UnsafeMutableBufferPointer<UInt64>) {
    state.fill(words, BlockKernels.current.table.pcg64_words)
  }
}

extension PCG64DXSM {
  /// Fills `words` with the next words.
  public mutating func fillWords(_ words: inout MutableSpan<UInt64>) {
    words.withUnsafeMutableBufferPointer { fill($0) }
  }

  /// Fills `values` with doubles in [0, 1).
  public mutating func fillDoubles(_ values: inout MutableSpan<Double>) {
    BlockKernels.current.fillDoubles(&values) { fill($0) }
  }

  private mutating func fill(_ words: UnsafeMutableBufferPointer<UInt64>) {
    state.fill(words, BlockKernels.current.table.pcg64dxsm_words)
  }
}
