// Part of Apus, Apache-2.0. See LICENSE.
import ApusKernels

extension BitGenerator {
  /// Fills `values` with what as many calls of `normal()` would give.
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

  /// Fills `values` with what as many calls of `exponential()` would give.
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

  /// Whether words become doubles by MT19937's rule; nil if neither by that nor by the usual one, which
  /// a generator of somebody else's may do.
  private static var isTwister: Bool? {
    let probes: [UInt64] = [1 << 6, 1 << 11, .max, 0x0123_4567_89ab_cdef]
    func follows(_ rule: (UInt64) -> Double) -> Bool {
      probes.allSatisfy { double(from: $0) == rule($0) }
    }
    if follows(PCG64.double) { return false }
    return follows(MT19937.double) ? true : nil
  }
}
