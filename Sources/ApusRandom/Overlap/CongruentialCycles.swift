// Part of Apus, Apache-2.0. See LICENSE.

/// Places on the cycles of PCG64: one cycle an increment, distances by arithmetic.
enum CongruentialCycles {
  /// Replaces the start of each place, which is a state, by its distance from the first place of the
  /// same increment.
  static func positioned(_ places: [StreamPlace], isDXSM: Bool) -> [StreamPlace] {
    let multiplier = isDXSM ? UInt128(PCG64DXSM.multiplier) : PCG64.multiplier
    var firsts: [SIMD4<UInt64>: UInt128] = [:]
    firsts.reserveCapacity(places.count)
    return places.map { place in
      var place = place
      guard let first = firsts[place.sequence] else {
        firsts[place.sequence] = place.start.low
        place.start.low = 0
        return place
      }
      let increment = UInt128(place.sequence[0]) << 64 | UInt128(place.sequence[1])
      let origin = CongruentialState(value: first, increment: increment)
      let state = CongruentialState(value: place.start.low, increment: increment)
      place.start.low = origin.distance(to: state, multiplier: multiplier)
      return place
    }
  }

  /// The last place of a cycle of 2¹²⁸ may reach the first one from behind.
  static func wrapping(
    _ sorted: [StreamPlace], _ generator: String
  ) -> (StreamPlace, StreamPlace)? {
    guard generator == PCG64.name || generator == PCG64DXSM.name else { return nil }
    var first = 0
    for (i, place) in sorted.enumerated() {
      if sorted[first].sequence != place.sequence { first = i }
      let isLast = i + 1 == sorted.count || sorted[i + 1].sequence != place.sequence
      let (end, overflow) = place.start.low.addingReportingOverflow(place.length)
      if isLast && i > first && overflow && end > sorted[first].start.low {
        return (sorted[first], place)
      }
    }
    return nil
  }
}
