// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandomKernels

// Safety: Fills write within the caller's array, each element once.

extension BitGenerator {
  /// Fills `values` exactly as repeated calls to `normal()` would.
  public mutating func fillStandardNormal(_ values: inout MutableSpan<Double>) {
    guard let isTwister = Self.isTwister else {
      for i in values.indices { values[i] = normal() }
      return
    }
    values.withUnsafeMutableBufferPointer { values in
      fillByZiggurat(
        values, ZigguratTables.normal.pointers, isTwister: isTwister,
        kernel: BlockKernels.current.table.ziggurat_normal
      ) { $0.normal(from: $1) }
    }
  }

  /// Fills `values` exactly as repeated calls to `exponential()` would.
  public mutating func fillStandardExponential(_ values: inout MutableSpan<Double>) {
    guard let isTwister = Self.isTwister else {
      for i in values.indices { values[i] = exponential() }
      return
    }
    values.withUnsafeMutableBufferPointer { values in
      fillByZiggurat(
        values, ZigguratTables.exponential.pointers, isTwister: isTwister,
        kernel: BlockKernels.current.table.ziggurat_exponential
      ) { $0.exponential(from: $1) }
    }
  }

  /// Whether words become doubles by MT19937's rule rather than the usual one; nil if by neither, as may be
  /// the case for generators from outside Apus.
  private static var isTwister: Bool? {
    let probes: [UInt64] = [1 << 6, 1 << 11, .max, 0x0123_4567_89ab_cdef]
    func follows(_ rule: (UInt64) -> Double) -> Bool {
      probes.allSatisfy { double(from: $0) == rule($0) }
    }
    if follows(PCG64.double) { return false }
    return follows(MT19937.double) ? true : nil
  }
}
