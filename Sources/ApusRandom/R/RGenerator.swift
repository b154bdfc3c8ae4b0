// Part of Apus, Apache-2.0. See LICENSE.

/// A generator that follows R's rules: those of `runif`, `rnorm`, `rexp` and `sample`.
///
/// The rules are R's defaults since 3.6: inversion for normals, Ahrens and Dieter's exponential (1972)
/// and rejection in `sample`.
///
/// ```swift
/// var generator = MRG32k3a(setSeed: 123)   // RNGkind("L'Ecuyer-CMRG"); set.seed(123)
/// let u = generator.uniform()              // runif(1)
/// let z = generator.normal()               // rnorm(1)
/// let i = generator.sample(1000)           // sample.int(1000) - 1
/// ```
/// - Compatibility: R 4.2, bit for bit on x86-64 Linux (`Tests/Vectors/rng/r.json`); elsewhere
///   uniforms, integers and permutations exactly, normals beyond 1.44 standard deviations within 4 ulp.
///   Other distributions are correct but do not give R's numbers, because R uses its own algorithms.
public protocol RGenerator: BitGenerator {}

extension RGenerator {
  /// The rules of R.
  @inlinable
  public static var rules: VariateRules { .r }

  /// The next 64 random bits: sixteen from each of four uniforms, as R's `sample` makes integers.
  @inlinable
  public mutating func next() -> UInt64 { chunks(4) }

  /// The next 32 random bits, from two uniforms.
  @inlinable
  public mutating func nextUInt32() -> UInt32 { UInt32(truncatingIfNeeded: chunks(2)) }

  @inlinable
  mutating func chunks(_ count: Int) -> UInt64 {
    var word: UInt64 = 0
    for _ in 0..<count { word = word &<< 16 | UInt64(nextDouble() * 65536) }
    return word
  }

  /// A standard normal deviate: the quantile of 53 bits from two uniforms.
  ///
  /// - Compatibility: `rnorm(1)` of R.
  @inlinable
  public mutating func normal() -> Double {
    let high = (StandardNormal.scale * nextDouble()).rounded(.towardZero)
    return StandardNormal.quantile((high + nextDouble()) / StandardNormal.scale)
  }

  /// An integer in 0...`width`: as many bits as `width` needs, redrawn until they are at most `width`.
  ///
  /// - Compatibility: `sample.int(width + 1, 1) - 1` of R.
  @inlinable
  public mutating func boundedWord(_ width: UInt64) -> UInt64 {
    var bits = 64 - width.leadingZeroBitCount
    if width >> 40 != 0 && width >> 52 == 0 {
      // R's own formula: in this range its rounding matters.
      bits = Int(Libm.log2(Double(width + 1)).rounded(.up))
    }
    let mask = bits == 64 ? UInt64.max : 1 &<< UInt64(bits) &- 1
    while true {
      let word = chunks(bits / 16 + 1) & mask
      if word <= width { return word }
    }
  }

  /// One of the numbers 0..<`population`, all equally likely.
  ///
  /// - Parameter population: at least 1.
  /// - Compatibility: `sample.int(population, 1) - 1` of R.
  @inlinable
  public mutating func sample(_ population: Int) -> Int {
    require(population > 0, "Cannot sample from a population of \(population).")
    return Int(boundedWord(UInt64(population - 1)))
  }

  /// The numbers 0..<`count` in random order.
  ///
  /// - Complexity: O(`count`).
  /// - Compatibility: `sample.int(count) - 1` of R.
  public mutating func permutation(_ count: Int) -> [Int] {
    require(count >= 0, "Cannot permute \(count) numbers.")
    return sampleLikeR(count, count)
  }
}

extension RGenerator {
  /// A standard exponential deviate (Ahrens and Dieter 1972, algorithm SA).
  ///
  /// - Compatibility: `rexp(1)` of R, bit for bit everywhere.
  @inlinable
  public mutating func exponential() -> Double {
    let q = RExponentialTable.partialSums
    var whole = 0.0
    var u = nextDouble()
    while true {
      u += u
      if u > 1 { break }
      whole += q[0]
    }
    u -= 1
    if u <= q[0] { return whole + u }
    var i = 0
    var smallest = nextDouble()
    repeat {
      smallest = min(smallest, nextDouble())
      i += 1
    } while u > q[i]
    return whole + smallest * q[0]
  }
}

/// The sums of (log 2)ⁱ / i! over i = 1...k, up to the first that rounds to 1.
@usableFromInline
enum RExponentialTable {
  @usableFromInline static let partialSums: [Double] = [
    0.6931471805599453, 0.9333736875190459, 0.9888777961838675, 0.9984959252914960,
    0.9998292811061389, 0.9999833164100727, 0.9999985691438767, 0.9999998906925558,
    0.9999999924734159, 0.9999999995283275, 0.9999999999728814, 0.9999999999985598,
    0.9999999999999289, 0.9999999999999968, 0.9999999999999999, 1.0,
  ]
}
