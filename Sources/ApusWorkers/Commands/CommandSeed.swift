// Part of Apus, Apache-2.0. See LICENSE.

/// The seed that a command of a map gets: different for each of the first 2^31 indices, and valid in R and NumPy.
package enum CommandSeed {
  private static let bits: UInt64 = 31
  private static let rounds: UInt64 = 6

  /// A number from 0 to 2^31 - 1.
  ///
  /// The index is permuted by a Feistel network of 32 bits (Luby and Rackoff 1988), again until fewer are needed.
  package static func value(seed: UInt128, index: Int) -> UInt32 {
    let block = UInt64(index) >> bits
    let key =
      mixed(UInt64(truncatingIfNeeded: seed))
      ^ mixed(UInt64(truncatingIfNeeded: seed >> 64) ^ block)
    var number = UInt32(truncatingIfNeeded: UInt64(index) & (1 << bits - 1))
    repeat { number = permuted(number, key) } while number >> UInt32(bits) != 0
    return number
  }

  private static func permuted(_ number: UInt32, _ key: UInt64) -> UInt32 {
    var (left, right) = (number >> 16, number & 0xffff)
    for round in 0..<rounds {
      let word = mixed(key ^ (UInt64(right) << 8 | round))
      (left, right) = (right, left ^ UInt32(truncatingIfNeeded: word >> 48))
    }
    return left << 16 | right
  }

  /// The output function of SplitMix64 (Steele, Lea and Flood 2014).
  private static func mixed(_ number: UInt64) -> UInt64 {
    var word = number &+ 0x9e37_79b9_7f4a_7c15
    word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
    return word ^ word >> 31
  }
}
