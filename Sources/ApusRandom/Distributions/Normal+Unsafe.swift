// Part of Apus, Apache-2.0. See LICENSE.
import ApusKernels

extension BitGenerator {
  /// Fills `values` with what as many calls of ``normal()`` would give.
  public mutating func fillStandardNormal(_ values: inout MutableSpan<Double>) {
    fillNormalByZiggurat(&values)
  }

  /// Fills `values` with what as many calls of ``exponential()`` would give.
  public mutating func fillStandardExponential(_ values: inout MutableSpan<Double>) {
    fillExponentialByZiggurat(&values)
  }

  mutating func fillNormalByZiggurat(_ values: inout MutableSpan<Double>) {
    let kernel = BlockKernels.current.table.ziggurat_normal!
    let tables = ZigguratTables.normal.pointers
    values.withUnsafeMutableBufferPointer { values in
      fillByZiggurat(
        values, kernel: { Int(kernel(tables, $0, $1, $2)) },
        rare: { $0.normal(from: $1) })
    }
  }

  mutating func fillExponentialByZiggurat(_ values: inout MutableSpan<Double>) {
    let kernel = BlockKernels.current.table.ziggurat_exponential!
    let tables = ZigguratTables.exponential.pointers
    values.withUnsafeMutableBufferPointer { values in
      fillByZiggurat(
        values, kernel: { Int(kernel(tables, $0, $1, $2)) },
        rare: { $0.exponential(from: $1) })
    }
  }
}

// The same for the generators of this module: with a concrete type the compiler specialises the
// rare paths, which otherwise go through tables of witnesses.

extension MT19937 {
  /// Fills `values` with what as many calls of ``normal()`` would give.
  public mutating func fillStandardNormal(_ values: inout MutableSpan<Double>) {
    fillNormalByZiggurat(&values)
  }

  /// Fills `values` with what as many calls of ``exponential()`` would give.
  public mutating func fillStandardExponential(_ values: inout MutableSpan<Double>) {
    fillExponentialByZiggurat(&values)
  }
}

extension PCG64 {
  /// Fills `values` with what as many calls of ``normal()`` would give.
  public mutating func fillStandardNormal(_ values: inout MutableSpan<Double>) {
    fillNormalByZiggurat(&values)
  }

  /// Fills `values` with what as many calls of ``exponential()`` would give.
  public mutating func fillStandardExponential(_ values: inout MutableSpan<Double>) {
    fillExponentialByZiggurat(&values)
  }
}

extension PCG64DXSM {
  /// Fills `values` with what as many calls of ``normal()`` would give.
  public mutating func fillStandardNormal(_ values: inout MutableSpan<Double>) {
    fillNormalByZiggurat(&values)
  }

  /// Fills `values` with what as many calls of ``exponential()`` would give.
  public mutating func fillStandardExponential(_ values: inout MutableSpan<Double>) {
    fillExponentialByZiggurat(&values)
  }
}

extension Philox4x64 {
  /// Fills `values` with what as many calls of ``normal()`` would give.
  public mutating func fillStandardNormal(_ values: inout MutableSpan<Double>) {
    fillNormalByZiggurat(&values)
  }

  /// Fills `values` with what as many calls of ``exponential()`` would give.
  public mutating func fillStandardExponential(_ values: inout MutableSpan<Double>) {
    fillExponentialByZiggurat(&values)
  }
}

extension SFC64 {
  /// Fills `values` with what as many calls of ``normal()`` would give.
  public mutating func fillStandardNormal(_ values: inout MutableSpan<Double>) {
    fillNormalByZiggurat(&values)
  }

  /// Fills `values` with what as many calls of ``exponential()`` would give.
  public mutating func fillStandardExponential(_ values: inout MutableSpan<Double>) {
    fillExponentialByZiggurat(&values)
  }
}

extension Xoshiro256StarStar {
  /// Fills `values` with what as many calls of ``normal()`` would give.
  public mutating func fillStandardNormal(_ values: inout MutableSpan<Double>) {
    fillNormalByZiggurat(&values)
  }

  /// Fills `values` with what as many calls of ``exponential()`` would give.
  public mutating func fillStandardExponential(_ values: inout MutableSpan<Double>) {
    fillExponentialByZiggurat(&values)
  }
}
