// Part of Apus, Apache-2.0. See LICENSE.
import Foundation

/// The range of a plot's axis, with ticks at round numbers.
///
/// Any doubles can be covered: differences are taken of halves, so that they do not overflow, and steps are never so small
/// that they vanish beside the values.
struct Axis {
  let lower: Double
  let upper: Double
  let step: Double
  let ticks: [Double]

  /// Covers the finite values with about six round steps.
  init(covering values: [Double]) {
    let finite = values.filter(\.isFinite)
    let least = finite.min() ?? 0
    let most = finite.max() ?? 1
    let spread = most / 2 - least / 2
    let size = max(abs(least), abs(most))
    // Steps below this are lost in the rounding of the values.
    let smallest = max(size.ulp * 8, Double.leastNormalMagnitude)
    let width = spread > 0 ? max(spread, smallest) : size > 0 ? max(size / 2, smallest) : 0.5
    step = Self.roundStep(width / 3)
    let first = (least / step).rounded(.down)
    let last = max(first + 1, (most / step).rounded(.up))
    lower = max(min(first * step, least), -Double.greatestFiniteMagnitude)
    upper = min(max(last * step, most), Double.greatestFiniteMagnitude)
    let step = step
    ticks = (0...Int(min(last - first, 20))).map { (first + Double($0)) * step }.filter(\.isFinite)
  }

  /// The smallest of 1, 2, 5 times a power of ten that is not below `step`.
  private static func roundStep(_ step: Double) -> Double {
    let exponent = Int(log10(step).rounded(.down))
    let steps = [1, 2, 5, 10, 20].map { Double("\($0)e\(exponent)") ?? step }
    return steps.first { $0 >= step && $0.isFinite } ?? step
  }

  /// The share of the axis below a value.
  func share(_ value: Double) -> Double {
    (value / 2 - lower / 2) / (upper / 2 - lower / 2)
  }

  func label(_ tick: Double) -> String {
    let size = max(abs(lower), abs(upper))
    if tick == 0 { return "0" }
    if size >= 1e7 || step < 1e-6 {
      let digits = max(0, Int(log10(size / step).rounded(.up)))
      return String(format: "%.\(min(digits, 16))e", tick)
    }
    return String(format: "%.\(max(0, Int((-log10(step)).rounded(.up))))f", tick)
  }
}
