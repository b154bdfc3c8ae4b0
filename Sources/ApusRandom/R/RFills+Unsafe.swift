// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandomKernels

// Safety: All buffers are temporary memory of the call or the caller's array, and every index a kernel returns is below the count
// it was given. Callers use `fill` functions on arrays, which have no such obligations.

extension RGenerator {
  /// Fills `values` exactly as repeated calls to `normal()` would.
  public mutating func fillStandardNormal(_ values: inout MutableSpan<Double>) {
    values.withUnsafeMutableBufferPointer { values in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * BlockKernels.chunk) { uniforms in
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: BlockKernels.chunk) { tails in
          uniforms.initialize(repeating: 0)
          tails.initialize(repeating: 0)
          for start in stride(from: 0, to: values.count, by: BlockKernels.chunk) {
            let end = min(start + BlockKernels.chunk, values.count)
            let chunk = UnsafeMutableBufferPointer(rebasing: values[start..<end])
            fillNormals(chunk, uniforms, tails)
          }
        }
      }
    }
  }

  private mutating func fillNormals(
    _ values: UnsafeMutableBufferPointer<Double>, _ uniforms: UnsafeMutableBufferPointer<Double>,
    _ tails: UnsafeMutableBufferPointer<UInt32>
  ) {
    var span = UnsafeMutableBufferPointer(rebasing: uniforms[..<(2 * values.count)]).mutableSpan
    fillDoubles(&span)
    let found = BlockKernels.current.table.r_normals(
      uniforms.baseAddress, values.baseAddress, tails.baseAddress, values.count)
    for tail in tails[..<found] { values[Int(tail)] = StandardNormal.tail(values[Int(tail)]) }
  }

  /// Fills `values` exactly as repeated calls to `exponential()` would.
  public mutating func fillStandardExponential(_ values: inout MutableSpan<Double>) {
    fillExponentials(&values)
  }

  /// Each value takes at least one uniform, so drawing one per missing value never draws too many.
  mutating func fillExponentials(_ values: inout MutableSpan<Double>) {
    values.withUnsafeMutableBufferPointer { values in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: BlockKernels.chunk) { buffer in
        buffer.initialize(repeating: 0)
        var filled = 0
        while filled < values.count {
          let count = min(buffer.count, values.count - filled)
          let uniforms = UnsafeMutableBufferPointer(rebasing: buffer[..<count])
          var span = uniforms.mutableSpan
          fillDoubles(&span)
          var source = UniformSource(uniforms: uniforms, generator: self)
          while source.used < count {
            values[filled] = source.exponential()
            filled += 1
          }
          self = source.generator
        }
      }
    }
  }
}

// The same for the generators of this module, so that the compiler specialises it for each type.

extension MRG32k3a {
  /// Fills `values` exactly as repeated calls to `exponential()` would.
  public mutating func fillStandardExponential(_ values: inout MutableSpan<Double>) {
    fillExponentials(&values)
  }
}

extension RMersenneTwister {
  /// Fills `values` exactly as repeated calls to `exponential()` would.
  public mutating func fillStandardExponential(_ values: inout MutableSpan<Double>) {
    fillExponentials(&values)
  }
}

/// A generator that returns the unused uniforms of a bulk draw first, then draws new ones.
struct UniformSource<Generator: RGenerator>: RGenerator, @unchecked Sendable {
  // Used by one thread within one bulk draw; conforms only to inherit the drawing methods.

  let uniforms: UnsafeMutableBufferPointer<Double>
  var used = 0
  var generator: Generator

  mutating func nextDouble() -> Double {
    if used == uniforms.count { return generator.nextDouble() }
    defer { used += 1 }
    return uniforms[used]
  }
}

extension MRG32k3a {
  /// The number of uniforms per lane; the next lane begins where one ends.
  private static let laneLength = 256
  private static let laneStep = MRGStep.one.power(UInt128(laneLength))

  /// Fills `values` with doubles in (0, 1), in lanes that each start a leap ahead of the previous one.
  public mutating func fillDoubles(_ values: inout MutableSpan<Double>) {
    values.withUnsafeMutableBufferPointer { values in
      let table = BlockKernels.current.table
      let lanes = Int(table.mrg_lanes)
      var filled = 0
      while values.count - filled >= lanes * Self.laneLength {
        fillLanes(table, lanes, values.baseAddress! + filled)
        filled += lanes * Self.laneLength
      }
      while filled < values.count {
        values[filled] = nextDouble()
        filled += 1
      }
    }
  }

  private mutating func fillLanes(
    _ table: apus_kernels, _ lanes: Int, _ out: UnsafeMutablePointer<Double>
  ) {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 6 * lanes) { state in
      state.initialize(repeating: 0)
      let before = count
      for lane in 0..<lanes {
        for (i, word) in words.enumerated() { state[i * lanes + lane] = Double(word) }
        move(by: Self.laneStep)
      }
      table.mrg_uniforms(state.baseAddress, out, Self.laneLength)
      count = before
      count.drawn &+= UInt64(lanes * Self.laneLength)
    }
  }
}
