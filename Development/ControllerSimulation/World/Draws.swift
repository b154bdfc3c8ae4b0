// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom

extension Philox4x64 {
  /// A number from 0 on and below a bound; the bias is far below what a life could show.
  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(1, bound))) }

  /// A number within a range.
  mutating func within(_ range: ClosedRange<Double>) -> Double {
    let unit = Double(next() >> 11) * 0x1p-53
    return range.lowerBound + unit * (range.upperBound - range.lowerBound)
  }

  /// A time with this mean, in microseconds, of which long ones are rare.
  mutating func time(_ mean: Int) -> Duration {
    let share = within(0.05...1)
    return .microseconds(max(1, Int(Double(mean) * (share < 0.9 ? share : 3 * share))))
  }
}
