// Part of Apus, Apache-2.0. See LICENSE.

/// NumPy's frozen legacy interface, the one behind `numpy.random.seed` and the functions of `numpy.random`.
///
/// Published results, scikit-learn and most scripts rely on it. Uniforms, shuffles and
/// permutations are those of the new interface on the same words; integers use masked rejection and
/// normals the polar method, whose second value is kept for the next call.
///
/// ```swift
/// var state = RandomState(seed: 0)     // numpy.random.seed(0)
/// let z = state.normal()               // 1.764052345967664
/// ```
/// - Compatibility: `numpy.random.RandomState` of NumPy 2.4 and earlier, bit for bit on x86-64 Linux;
///   elsewhere normals and exponentials agree within 4 ulp (`Tests/Vectors/rng/randomstate.json`).
public struct RandomState: VariateGenerator {
  /// The bit generator.
  public internal(set) var generator: MT19937
  var keptNormal: Double?

  /// Makes a state that draws from the given bit generator.
  public init(_ generator: MT19937) { self.generator = generator }

  /// Makes the state that `numpy.random.RandomState(seed)` makes.
  public init(seed: UInt32) { generator = MT19937(legacySeed: seed) }

  /// Makes the state that `numpy.random.RandomState([…])` makes.
  public init(seed: [UInt32]) { generator = MT19937(legacySeed: seed) }
}

extension MT19937 {
  /// Draws by the legacy rules from this generator, which then continues after those draws.
  ///
  /// Use it in tasks of ``Streams/legacySeeds(from:)``: a `RandomState(rng)` of your own would be a copy,
  /// whose draws are not recorded.
  ///
  /// ```swift
  /// let mean = rng.withRandomState { state in state.normal() }
  /// ```
  /// - Parameter body: receives the state; a normal still kept at its end is dropped.
  public mutating func withRandomState<Result>(
    _ body: (inout RandomState) throws -> Result
  ) rethrows -> Result {
    var state = RandomState(self)
    defer { self = state.generator }
    return try body(&state)
  }
}

extension RandomState {
  /// The rules of NumPy's legacy interface.
  public static var rules: VariateRules { .numPyLegacy }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 { generator.next() }

  /// The next 32 random bits.
  public mutating func nextUInt32() -> UInt32 { generator.nextUInt32() }

  /// A double in [0, 1).
  public mutating func nextDouble() -> Double { generator.nextDouble() }

  /// A double in [0, 1).
  public mutating func uniform() -> Double { generator.nextDouble() }

  /// A double in [low, high), up to rounding.
  public mutating func uniform(in range: Range<Double>) -> Double {
    generator.uniform(in: range)
  }

  /// Fills an array with doubles in [0, 1).
  public mutating func fillUniform(_ values: inout [Double]) { generator.fillUniform(&values) }

  /// A standard exponential deviate, by inversion.
  public mutating func exponential() -> Double { -Libm.log(1 - generator.nextDouble()) }

  /// A random integer in 0..<2⁶³, as from `tomaxint`.
  public mutating func maximalInteger() -> Int { Int(generator.next() >> 1) }

  /// `count` random bytes: words, lowest byte first.
  public mutating func bytes(count: Int) -> [UInt8] {
    var pieces = SubwordReader(bits: 8)
    return (0..<count).map { _ in UInt8(pieces.next { generator.nextUInt32() }) }
  }
}

extension RandomState {
  /// A standard normal deviate, by the polar method (Marsaglia and Bray 1964).
  public mutating func normal() -> Double {
    if let kept = keptNormal {
      keptNormal = nil
      return kept
    }
    while true {
      let x1 = 2 * generator.nextDouble() - 1
      let x2 = 2 * generator.nextDouble() - 1
      let squares = x1 * x1 + x2 * x2
      if squares < 1 && squares != 0 {
        let factor = (-2 * Libm.log(squares) / squares).squareRoot()
        keptNormal = factor * x1
        return factor * x2
      }
    }
  }

  /// Fills an array with the values of repeated calls to `normal()`, but faster.
  public mutating func fillNormal(_ values: inout [Double]) {
    var span = values.mutableSpan
    fillNormal(&span)
  }

  mutating func takeKeptNormal() -> Double? {
    defer { keptNormal = nil }
    return keptNormal
  }

  mutating func drawAttempts(_ uniforms: inout MutableSpan<Double>) {
    generator.fillDoubles(&uniforms)
  }
}

extension RandomState {
  /// An integer in 0...`width`, by masked rejection.
  public mutating func boundedWord(_ width: UInt64) -> UInt64 { maskedWord(width) }

  /// `count` fair coin tosses, 32 from each word.
  public mutating func bools(count: Int) -> [Bool] { generator.bools(count: count) }

  mutating func maskedPiece(_ width: UInt32, _ pieces: inout SubwordReader) -> UInt64 {
    if width == 0 { return 0 }
    let mask = UInt32.max >> UInt32(width.leadingZeroBitCount)
    while true {
      let piece = pieces.next { generator.nextUInt32() } & mask
      if piece <= width { return UInt64(piece) }
    }
  }
}

extension RandomState {
  /// `count` numbers from 0..<`population`, with replacement.
  public mutating func choice(from population: Int, count: Int) -> [Int] {
    require(population > 0, "Cannot choose from a population of \(population).")
    return integers(in: 0...(population - 1), count: count)
  }

  /// `count` different numbers from 0..<`population`.
  public mutating func choiceWithoutReplacement(from population: Int, count: Int) -> [Int] {
    require(
      0...population ~= count, "Cannot choose \(count) different numbers from \(population).")
    return Array(permutation(population).prefix(count))
  }

  /// `count` indices with replacement, index `i` with probability proportional to `weights[i]`.
  public mutating func choice(weights: [Double], count: Int) -> [Int] {
    generator.choice(weights: weights, count: count)
  }

  /// `count` different indices, drawn with probabilities proportional to their weights.
  public mutating func choiceWithoutReplacement(weights: [Double], count: Int) -> [Int] {
    generator.choiceWithoutReplacement(weights: weights, count: count)
  }
}
