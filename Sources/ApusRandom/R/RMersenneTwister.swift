// Part of Apus, Apache-2.0. See LICENSE.

/// R's default generator, `RNGkind("Mersenne-Twister")`: MT19937 seeded and read as R does.
///
/// Use it to reproduce an R script in a single task; R's parallel streams are those of ``MRG32k3a``.
///
/// ```swift
/// var generator = RMersenneTwister(setSeed: 123)   // set.seed(123)
/// let z = generator.normal()                       // rnorm(1): -0.5604756
/// ```
/// - Compatibility: R 4.2, as ``RGenerator`` (`Tests/Vectors/rng/r.json`).
public struct RMersenneTwister: RGenerator {
  @usableFromInline var twister: MT19937

  /// Makes the generator that `set.seed(seed)` makes.
  public init(setSeed seed: Int32) {
    var words = RSeed(seed)
    _ = words.next()  // R overwrites it with the position
    twister = MT19937(words: (0..<MT19937.size).map { _ in words.next() }, position: MT19937.size)
  }

  init(_ twister: MT19937) { self.twister = twister }

  /// A double in (0, 1): R's `runif(1)`, a word times 2⁻³², with 0 and 1 moved inside the interval.
  @inlinable
  public mutating func nextDouble() -> Double {
    let value = Double(twister.nextUInt32()) * 2.3283064365386963e-10
    if value <= 0 { return 0.5 * 2.328306437080797e-10 }
    if 1 - value <= 0 { return 1 - 0.5 * 2.328306437080797e-10 }
    return value
  }

  /// The 32-bit words, one per uniform, drawn since `start`, an earlier copy.
  public func words(since start: RMersenneTwister) -> UInt64? {
    twister.words(since: start.twister)
  }

  /// The words of state: R's `.Random.seed[3:626]`, read as unsigned.
  public var words: [UInt32] { twister.block.words }
}
