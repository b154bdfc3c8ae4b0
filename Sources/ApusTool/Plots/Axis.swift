// Part of Apus, Apache-2.0. See LICENSE.
import Foundation

/// The range of a plot's axis, with ticks at round numbers.
struct Axis {
  let lower: Double
  let upper: Double
  let step: Double

  /// Covers the finite values with about six round steps.
  init(covering values: [Double]) {
    let finite = values.filter(\.isFinite)
    let least = finite.min() ?? 0
    let most = finite.max() ?? 1
    let width = most > least ? most - least : max(1, abs(most))
    step = Self.roundStep(width / 6)
    lower = (least / step).rounded(.down) * step
    let above = (most / step).rounded(.up) * step
    upper = above > lower ? above : lower + step
  }

  /// The smallest of 1, 2, 5 times a power of ten that is not below `step`.
  private static func roundStep(_ step: Double) -> Double {
    let power = pow(10, log10(step).rounded(.down))
    return [1, 2, 5, 10].map { $0 * power }.first { $0 >= step } ?? 10 * power
  }

  var ticks: [Double] {
    let count = Int(((upper - lower) / step).rounded())
    return (0...count).map { lower + Double($0) * step }
  }

  func label(_ tick: Double) -> String {
    let digits = max(0, Int((-log10(step)).rounded(.up)))
    return String(format: "%.\(digits)f", tick == 0 ? 0 : tick)
  }
}
