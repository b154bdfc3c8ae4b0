// Part of Apus, Apache-2.0. See LICENSE.
import ApusKernels

extension RGenerator {
  /// Fills `values` with what as many calls of ``normal()`` would give.
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

  /// Fills `values` with what as many calls of ``exponential()`` would give.
  public mutating func fillStandardExponential(_ values: inout MutableSpan<Double>) {
    for i in values.indices { values[i] = exponential() }
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
        for i in 0..<3 {
          state[i * lanes + lane] = Double(first[i])
          state[(3 + i) * lanes + lane] = Double(second[i])
        }
        move(by: Self.laneStep)
      }
      table.mrg_uniforms(state.baseAddress, out, Self.laneLength)
      count = before
      count.drawn &+= UInt64(lanes * Self.laneLength)
    }
  }
}
