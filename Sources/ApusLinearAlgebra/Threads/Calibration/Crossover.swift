// Part of Apus, Apache-2.0. See LICENSE.

/// The size from which on several threads are faster than one, in measurements of growing sizes.
enum Crossover {
  /// One size, timed with one thread and with several.
  struct Sample: Sendable, Hashable {
    let order: Int
    let work: Double
    let one: Double
    let several: Double

    /// How many times faster several threads are.
    var gain: Double { one / several }

    /// With the lesser of its own and other times.
    func improved(by other: (one: Double, several: Double)) -> Sample {
      Sample(
        order: order, work: work, one: min(one, other.one), several: min(several, other.several))
    }
  }

  /// What several threads must gain: 5 %, less than which cannot be told from chance.
  static let leastGain = 1.05
  /// Sizes in a row that must gain, or all that are left, but two at least.
  static let sizesInARow = 3

  /// The smallest size that gains, as the next two do.
  static func first(in samples: [Sample]) -> Sample? {
    for index in samples.indices {
      let following = samples[index...].prefix(sizesInARow)
      if following.count >= 2 && following.allSatisfy({ $0.gain >= leastGain }) {
        return samples[index]
      }
    }
    return nil
  }

  /// Whether more sizes cannot change the answer.
  static func isDecided(_ samples: [Sample]) -> Bool {
    guard let first = first(in: samples) else { return false }
    return samples.filter { $0.work >= first.work }.count >= sizesInARow
  }
}
