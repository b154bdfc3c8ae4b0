// Part of Apus, Apache-2.0. See LICENSE.

/// The rules that turn random bits into variates: those of NumPy, of its legacy interface, or of R.
public enum VariateRules: Sendable {
  /// NumPy's `Generator`: ziggurats, Lemire's integers.
  case numPy
  /// NumPy's frozen `RandomState`: polar normals, inversion, masked integers.
  case numPyLegacy
  /// R's defaults since 3.6: inversion, Ahrens and Dieter's exponential, rejection in `sample`.
  case r
}

/// A source of random variates: uniforms, normals, exponentials and integers by one set of rules.
///
/// All distributions are extensions of this protocol: ``PCG64`` and similar generators draw by the rules of
/// NumPy's `Generator`, ``RandomState`` by those of the frozen legacy interface, ``MRG32k3a`` and
/// ``RMersenneTwister`` from R's uniforms, normals, exponentials and integers.
///
/// ```swift
/// var generator = Philox4x64(SeedSequence(42))
/// let waiting = generator.gamma(shape: 2, scale: 3)
/// let arrivals = generator.poisson(mean: 4.5)
/// ```
public protocol VariateGenerator: Sendable {
  /// The rules that the generator follows.
  static var rules: VariateRules { get }

  /// The next 64 random bits.
  mutating func next() -> UInt64

  /// The next 32 random bits.
  mutating func nextUInt32() -> UInt32

  /// A double in [0, 1).
  mutating func nextDouble() -> Double

  /// A standard normal deviate.
  mutating func normal() -> Double

  /// A standard exponential deviate.
  mutating func exponential() -> Double

  /// An integer in 0...`width`, all equally likely.
  mutating func boundedWord(_ width: UInt64) -> UInt64

  /// The numbers 0..<`count` in random order.
  mutating func permutation(_ count: Int) -> [Int]
}

extension VariateGenerator {
  @inlinable
  static var isLegacy: Bool { rules == .numPyLegacy }

  /// A normal deviate.
  ///
  /// - Parameters:
  ///   - mean: any finite number.
  ///   - standardDeviation: not negative.
  /// - Compatibility: `normal(mean, standardDeviation)` of NumPy, `rnorm(1, mean, sd)` of R, as
  ///   exactly as `normal()`.
  @inlinable
  public mutating func normal(mean: Double, standardDeviation: Double) -> Double {
    mean + standardDeviation * normal()
  }

  /// An exponential deviate with the given mean.
  ///
  /// - Parameter mean: the scale, not negative.
  /// - Compatibility: `exponential(mean)` of NumPy, `rexp(1, 1 / mean)` of R.
  @inlinable
  public mutating func exponential(mean: Double) -> Double { mean * exponential() }

  /// A word in 0...width by masked rejection, NumPy's rule for shuffles and legacy integers.
  @inlinable
  mutating func maskedWord(_ width: UInt64) -> UInt64 {
    if width == 0 { return 0 }
    let mask = UInt64.max &>> UInt64(width.leadingZeroBitCount)
    while true {
      let word = (width <= 0xffff_ffff ? UInt64(nextUInt32()) : next()) & mask
      if word <= width { return word }
    }
  }
}
