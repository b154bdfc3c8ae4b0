// Part of Apus, Apache-2.0. See LICENSE.

/// Finds the size above which several threads are faster than one, in samples of increasing size.
enum Crossover {
  /// One size, timed with one thread and with several.
  struct Sample: Sendable, Hashable {
    let order: Int
    let work: Double
    let one: Double
    let several: Double

    /// How many times faster several threads are.
    var gain: Double { one / several }

    /// The sample with the smaller of its own and other times.
    func improved(by other: (one: Double, several: Double)) -> Sample {
      Sample(
        order: order, work: work, one: min(one, other.one), several: min(several, other.several))
    }
  }

  /// The smallest gain of several threads that counts: 5 %; less cannot be distinguished from noise.
  static let minimumGain = 1.05
  /// The number of consecutive sizes that must gain; at the end all that are left, but at least two.
  static let sizesInARow = 3

  /// The smallest size that gains, if the next two do as well.
  static func first(in samples: [Sample]) -> Sample? {
    for index in samples.indices {
      let following = samples[index...].prefix(sizesInARow)
      if following.count >= 2 && following.allSatisfy({ $0.gain >= minimumGain }) {
        return samples[index]
      }
    }
    return nil
  }

  /// Whether more sizes cannot change the result.
  static func isDecided(_ samples: [Sample]) -> Bool {
    guard let first = first(in: samples) else { return false }
    return samples.filter { $0.work >= first.work }.count >= sizesInARow
  }
}
