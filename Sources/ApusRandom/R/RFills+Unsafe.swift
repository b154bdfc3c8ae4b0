// Part of Apus, Apache-2.0. See LICENSE.
import ApusKernels

extension RGenerator {
  /// Fills `values` with what as many calls of `normal()` would give.
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
    for tail in tails[..<found] { values[Int(tail)] = NormalQuantile.tail(values[Int(tail)]) }
  }

  /// Fills `values` with what as many calls of `exponential()` would give.
  public mutating func fillStandardExponential(_ values: inout MutableSpan<Double>) {
    fillExponentials(&values)
  }

  /// Each takes at least one uniform, so drawing as many as are missing never draws one too many.
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

// The same for the generators of this module: with a concrete type the compiler specialises it.

extension MRG32k3a {
  /// Fills `values` with what as many calls of `exponential()` would give.
  public mutating func fillStandardExponential(_ values: inout MutableSpan<Double>) {
    fillExponentials(&values)
  }
}

extension RMersenneTwister {
  /// Fills `values` with what as many calls of `exponential()` would give.
  public mutating func fillStandardExponential(_ values: inout MutableSpan<Double>) {
    fillExponentials(&values)
  }
}

/// Uniforms that a bulk draw has made and not used yet, then the generator itself.
struct UniformSource<Generator: RGenerator>: RGenerator, @unchecked Sendable {
  // Lives on one thread within one bulk draw; conforms only to share the draws.

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
  /// Uniforms that a lane makes before the next one's begin.
  private static let laneLength = 256
  private static let laneStep = MRGStep.one.power(UInt128(laneLength))

  /// Fills `values` with doubles in (0, 1): lanes that are each a leap ahead of the one before.
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
