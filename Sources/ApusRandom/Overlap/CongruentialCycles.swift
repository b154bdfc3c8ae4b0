// Part of Apus, Apache-2.0. See LICENSE.

/// Positions on the cycles of PCG64, one cycle per increment, found by arithmetic.
enum CongruentialCycles {
  /// Replaces the start of each interval, a state, by its distance from the first interval with the same
  /// increment.
  ///
  /// - Parameter intervals: sorted; intervals that share an increment are sorted again.
  static func position(_ intervals: inout [StreamInterval], isDXSM: Bool) {
    let multiplier = isDXSM ? UInt128(PCG64DXSM.multiplier) : PCG64.multiplier
    var first = 0
    while first < intervals.count {
      var end = first + 1
      while end < intervals.count && intervals[end].sequence == intervals[first].sequence {
        end += 1
      }
      position(&intervals[first..<end], multiplier)
      first = end
    }
  }

  private static func position(_ cycle: inout ArraySlice<StreamInterval>, _ multiplier: UInt128) {
    let first = cycle[cycle.startIndex]
    let increment = UInt128(first.sequence.w0) << 64 | UInt128(first.sequence.w1)
    let origin = CongruentialState(value: first.start.low, increment: increment)
    for i in cycle.indices {
      let state = CongruentialState(value: cycle[i].start.low, increment: increment)
      cycle[i].start.low = origin.distance(to: state, multiplier: multiplier)
    }
    if cycle.count > 1 { cycle.sort(by: StreamInterval.precedes) }
  }
}
