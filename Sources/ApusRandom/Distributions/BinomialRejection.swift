// Part of Apus, Apache-2.0. See LICENSE.

/// BTPE (Kachitvichyanukul and Schmeiser 1988): binomial rejection sampling under a triangle, two
/// parallelograms and two exponential tails, with the squeezes and the Stirling correction in NumPy's
/// arithmetic.
struct BinomialRejection {
  private let trials: Double
  private let r: Double
  private let q: Double
  private let spread: Double
  private let mode: Int
  private let middle: Double
  private let left: Double
  private let right: Double
  private let height: Double
  private let leftSlope: Double
  private let rightSlope: Double
  /// Cumulative areas: triangle, parallelograms, left tail, right tail.
  private let areas: (Double, Double, Double, Double)

  /// - Parameter probability: at most one half, with at least 30 expected successes.
  init(_ trials: Int, _ probability: Double) {
    let n = Double(trials)
    self.trials = n
    r = min(probability, 1 - probability)
    q = 1 - r
    let peak = n * r + r
    mode = Int(peak.rounded(.down))
    spread = n * r * q
    let half = (2.195 * spread.squareRoot() - 4.6 * q).rounded(.down) + 0.5
    middle = Double(mode) + 0.5
    left = middle - half
    right = middle + half
    height = 0.134 + 20.5 / (15.3 + Double(mode))
    let towardsLeft = (peak - left) / (peak - left * r)
    leftSlope = towardsLeft * (1 + towardsLeft / 2)
    let towardsRight = (right - peak) / (right * q)
    rightSlope = towardsRight * (1 + towardsRight / 2)
    let boxes = half * (1 + 2 * height)
    let withLeft = boxes + height / leftSlope
    areas = (half, boxes, withLeft, withLeft + height / rightSlope)
  }

  /// The count that two uniforms give, or nil if they are rejected.
  func count(_ first: Double, _ second: Double) -> Int? {
    let u = first * areas.3
    if u <= areas.0 { return Int((middle - areas.0 * second + u).rounded(.down)) }
    guard let (y, v) = candidate(u, second) else { return nil }
    return isAccepted(y, v) ? y : nil
  }

  /// A candidate count and the height at which it is tested.
  private func candidate(_ u: Double, _ v: Double) -> (Int, Double)? {
    if u <= areas.1 {
      let x = left + (u - areas.0) / height
      let at = v * height + 1 - abs(Double(mode) - x + 0.5) / areas.0
      return at > 1 ? nil : (Int(x.rounded(.down)), at)
    }
    if v == 0 { return nil }
    if u <= areas.2 {
      let y = (left + Libm.log(v) / leftSlope).rounded(.down)
      return y < 0 ? nil : (Int(y), v * (u - areas.1) * leftSlope)
    }
    let y = (right - Libm.log(v) / rightSlope).rounded(.down)
    return y > trials ? nil : (Int(y), v * (u - areas.2) * rightSlope)
  }

  private func isAccepted(_ y: Int, _ v: Double) -> Bool {
    let distance = abs(y - mode)
    let k = Double(distance)
    guard distance > 20 && k < spread / 2 - 1 else { return v <= ratioToMode(y) }
    let rho = (k / spread) * ((k * (k / 3 + 0.625) + 0.16666666666666666) / spread + 0.5)
    let t = -k * k / (2 * spread)
    let logHeight = Libm.log(v)
    if logHeight < t - rho { return true }
    if logHeight > t + rho { return false }
    return logHeight <= logRatioToMode(y)
  }

  /// The probability of y relative to that of the mode, by recurrence.
  private func ratioToMode(_ y: Int) -> Double {
    let s = r / q
    let a = s * (trials + 1)
    var ratio = 1.0
    if mode < y {
      for i in mode + 1...y { ratio *= a / Double(i) - s }
    } else if mode > y {
      for i in y + 1...mode { ratio /= a / Double(i) - s }
    }
    return ratio
  }

  /// The same as a logarithm, by Stirling's formula.
  private func logRatioToMode(_ y: Int) -> Double {
    let x1 = Double(y) + 1
    let f1 = Double(mode) + 1
    let z = trials + 1 - Double(mode)
    let w = trials - Double(y) + 1
    let leading =
      middle * Libm.log(f1 / x1) + (trials - Double(mode) + 0.5) * Libm.log(z / w)
      + Double(y - mode) * Libm.log(w * r / (x1 * q))
    return leading + Self.correction(f1) + Self.correction(z) + Self.correction(x1)
      + Self.correction(w)
  }

  private static func correction(_ x: Double) -> Double {
    let square = x * x
    let inner = 132 - (99 - 140 / square) / square
    return (13680 - (462 - inner / square) / square) / x / 166320
  }
}
