// Part of Apus, Apache-2.0. See LICENSE.
import ApusKernels

extension BitGenerator {
  /// Fills `values` with what as many calls of `normal()` would give.
  public mutating func fillStandardNormal(_ values: inout MutableSpan<Double>) {
    fillNormalByZiggurat(&values)
  }

  /// Fills `values` with what as many calls of `exponential()` would give.
  public mutating func fillStandardExponential(_ values: inout MutableSpan<Double>) {
    fillExponentialByZiggurat(&values)
  }

  /// Whether words become doubles by MT19937's rule; nil if neither by that nor by the usual one, which
  /// a generator of somebody else's may do.
  static var isTwister: Bool? {
    let probes: [UInt64] = [1 << 6, 1 << 11, .max, 0x0123_4567_89ab_cdef]
    func follows(_ rule: (UInt64) -> Double) -> Bool {
      probes.allSatisfy { double(from: $0) == rule($0) }
    }
    if follows(PCG64.double) { return false }
    return follows(MT19937.double) ? true : nil
  }

  mutating func fillNormalByZiggurat(_ values: inout MutableSpan<Double>) {
    guard let isTwister = Self.isTwister else {
      for i in values.indices { values[i] = normal() }
      return
    }
    let kernel = BlockKernels.current.table.ziggurat_normal!
    let tables = ZigguratTables.normal.pointers
    values.withUnsafeMutableBufferPointer { values in
      fillByZiggurat(values, tables, isTwister: isTwister, kernel: kernel) { $0.normal(from: $1) }
    }
  }

  mutating func fillExponentialByZiggurat(_ values: inout MutableSpan<Double>) {
    guard let isTwister = Self.isTwister else {
      for i in values.indices { values[i] = exponential() }
      return
    }
    let kernel = BlockKernels.current.table.ziggurat_exponential!
    let tables = ZigguratTables.exponential.pointers
    values.withUnsafeMutableBufferPointer { values in
      fillByZiggurat(values, tables, isTwister: isTwister, kernel: kernel) {
        $0.exponential(from: $1)
      }
    }
  }
}

// The same for the generators of this module: with a concrete type the compiler specialises the
// rare paths, which otherwise go through tables of witnesses.

extension MT19937 {
  /// Fills `values` with what as many calls of `normal()` would give.
  public mutating func fillStandardNormal(_ values: inout MutableSpan<Double>) {
    fillNormalByZiggurat(&values)
  }

  /// Fills `values` with what as many calls of `exponential()` would give.
  public mutating func fillStandardExponential(_ values: inout MutableSpan<Double>) {
    fillExponentialByZiggurat(&values)
  }
}

extension PCG64 {
  /// Fills `values` with what as many calls of `normal()` would give.
  public mutating func fillStandardNormal(_ values: inout MutableSpan<Double>) {
    fillNormalByZiggurat(&values)
  }

  /// Fills `values` with what as many calls of `exponential()` would give.
  public mutating func fillStandardExponential(_ values: inout MutableSpan<Double>) {
    fillExponentialByZiggurat(&values)
  }
}

extension PCG64DXSM {
  /// Fills `values` with what as many calls of `normal()` would give.
  public mutating func fillStandardNormal(_ values: inout MutableSpan<Double>) {
    fillNormalByZiggurat(&values)
  }

  /// Fills `values` with what as many calls of `exponential()` would give.
  public mutating func fillStandardExponential(_ values: inout MutableSpan<Double>) {
    fillExponentialByZiggurat(&values)
  }
}

extension Philox4x64 {
  /// Fills `values` with what as many calls of `normal()` would give.
  public mutating func fillStandardNormal(_ values: inout MutableSpan<Double>) {
    fillNormalByZiggurat(&values)
  }

  /// Fills `values` with what as many calls of `exponential()` would give.
  public mutating func fillStandardExponential(_ values: inout MutableSpan<Double>) {
    fillExponentialByZiggurat(&values)
  }
}

extension SFC64 {
  /// Fills `values` with what as many calls of `normal()` would give.
  public mutating func fillStandardNormal(_ values: inout MutableSpan<Double>) {
    fillNormalByZiggurat(&values)
  }

  /// Fills `values` with what as many calls of `exponential()` would give.
  public mutating func fillStandardExponential(_ values: inout MutableSpan<Double>) {
    fillExponentialByZiggurat(&values)
  }
}

extension Xoshiro256StarStar {
  /// Fills `values` with what as many calls of `normal()` would give.
  public mutating func fillStandardNormal(_ values: inout MutableSpan<Double>) {
    fillNormalByZiggurat(&values)
  }

  /// Fills `values` with what as many calls of `exponential()` would give.
  public mutating func fillStandardExponential(_ values: inout MutableSpan<Double>) {
    fillExponentialByZiggurat(&values)
  }
}
