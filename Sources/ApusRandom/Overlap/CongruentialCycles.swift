// Part of Apus, Apache-2.0. See LICENSE.

/// Places on the cycles of PCG64: one cycle an increment, distances by arithmetic.
enum CongruentialCycles {
  /// Replaces the starts of places, which are states, by their distances from the first place of the
  /// same increment.
  ///
  /// - Parameter places: sorted; they are sorted again where an increment has several.
  static func position(_ places: inout [StreamPlace], isDXSM: Bool) {
    let multiplier = isDXSM ? UInt128(PCG64DXSM.multiplier) : PCG64.multiplier
    var first = 0
    while first < places.count {
      var end = first + 1
      while end < places.count && places[end].sequence == places[first].sequence { end += 1 }
      position(&places[first..<end], multiplier)
      first = end
    }
  }

  private static func position(_ cycle: inout ArraySlice<StreamPlace>, _ multiplier: UInt128) {
    let first = cycle[cycle.startIndex]
    let increment = UInt128(first.sequence.w0) << 64 | UInt128(first.sequence.w1)
    let origin = CongruentialState(value: first.start.low, increment: increment)
    for i in cycle.indices {
      let state = CongruentialState(value: cycle[i].start.low, increment: increment)
      cycle[i].start.low = origin.distance(to: state, multiplier: multiplier)
    }
    if cycle.count > 1 { cycle.sort(by: StreamPlace.precedes) }
  }
}
