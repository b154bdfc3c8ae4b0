// Part of Apus, Apache-2.0. See LICENSE.

/// The 128-bit linear congruential part of the PCG generators: x · multiplier + increment.
@usableFromInline
struct CongruentialState: Sendable, Hashable {
  @usableFromInline var value: UInt128
  @usableFromInline let increment: UInt128

  /// The multiplier used in seeding both PCG64 and PCG64DXSM; the latter then steps with its own.
  static let seedingMultiplier: UInt128 =
    2_549_297_995_355_413_924 << 64 | 4_865_540_595_714_422_341

  init(value: UInt128, increment: UInt128) {
    self.value = value
    self.increment = increment
  }

  init(_ sequence: SeedSequence) {
    let words = sequence.generateState64(4).map { UInt128($0) }
    increment = (words[2] << 64 | words[3]) << 1 | 1
    value = (increment &+ (words[0] << 64 | words[1])) &* Self.seedingMultiplier &+ increment
  }

  /// The value and the increment as 64-bit words, high words first.
  var list: [UInt64] {
    [value >> 64, value, increment >> 64, increment].map { UInt64(truncatingIfNeeded: $0) }
  }

  /// Steps `distance` times, modulo 2¹²⁸ (Brown 1994).
  ///
  /// - Complexity: O(log `distance`).
  mutating func advance(by distance: UInt128, multiplier: UInt128) {
    var rest = distance
    var factor: UInt128 = 1
    var offset: UInt128 = 0
    var power = multiplier
    var step = increment
    while rest != 0 {
      if rest & 1 == 1 {
        factor = factor &* power
        offset = offset &* power &+ step
      }
      step = (power &+ 1) &* step
      power = power &* power
      rest >>= 1
    }
    value = factor &* value &+ offset
  }

  /// The number of steps from this state to another on the same cycle, found bit by bit (Brown 1994).
  ///
  /// - Complexity: O(128).
  func distance(to other: CongruentialState, multiplier: UInt128) -> UInt128 {
    var position = value
    var distance: UInt128 = 0
    var bit: UInt128 = 1
    var factor = multiplier
    var offset = increment
    while position != other.value {
      if (position ^ other.value) & bit != 0 {
        position = factor &* position &+ offset
        distance |= bit
      }
      bit <<= 1
      offset = (factor &+ 1) &* offset
      factor = factor &* factor
    }
    return distance
  }

  /// The words drawn since an earlier state; nil if it lies on another cycle or 2⁶³ words or more away.
  func words(since start: CongruentialState, multiplier: UInt128) -> UInt64? {
    guard increment == start.increment else { return nil }
    let distance = start.distance(to: self, multiplier: multiplier)
    return distance < 1 << 63 ? UInt64(distance) : nil
  }

  /// The number of words in `count` golden-ratio steps along the cycle.
  static func goldenSteps(_ count: UInt64) -> UInt128 {
    UInt128(count) &* (0x9e37_79b9_7f4a_7c15 << 64 | 0xf39c_c060_5ced_c835)
  }
}
