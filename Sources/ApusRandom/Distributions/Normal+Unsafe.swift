// Part of Apus, Apache-2.0. See LICENSE.
import ApusKernels

extension BitGenerator {
  /// Fills `values` with what as many calls of ``normal()`` would give.
  public mutating func fillStandardNormal(_ values: inout MutableSpan<Double>) {
    let kernel = BlockKernels.current.table.ziggurat_normal!
    let tables = ZigguratTables.normal.pointers
    values.withUnsafeMutableBufferPointer { values in
      fillByZiggurat(
        values, kernel: { Int(kernel(tables, $0, $1, $2)) },
        rare: { $0.normal(from: $1) })
    }
  }

  /// Fills `values` with what as many calls of ``exponential()`` would give.
  public mutating func fillStandardExponential(_ values: inout MutableSpan<Double>) {
    let kernel = BlockKernels.current.table.ziggurat_exponential!
    let tables = ZigguratTables.exponential.pointers
    values.withUnsafeMutableBufferPointer { values in
      fillByZiggurat(
        values, kernel: { Int(kernel(tables, $0, $1, $2)) },
        rare: { $0.exponential(from: $1) })
    }
  }
}
