// Part of Apus, Apache-2.0. See LICENSE.
import ApusKernels

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
    var generator = apus_pcg64(
      state_high: UInt64(truncatingIfNeeded: state >> 64),
      state_low: UInt64(truncatingIfNeeded: state),
      increment_high: UInt64(truncatingIfNeeded: increment >> 64),
      increment_low: UInt64(truncatingIfNeeded: increment))
    BlockKernels.current.table.pcg64_words(&generator, words.baseAddress, words.count)
    state = UInt128(generator.state_high) << 64 | UInt128(generator.state_low)
  }
}
