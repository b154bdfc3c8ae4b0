// Part of Apus, Apache-2.0. See LICENSE.

/// MRG32k3a (L'Ecuyer 1999): R's generator for parallel work, `RNGkind("L'Ecuyer-CMRG")`.
///
/// It combines two linear recurrences modulo primes below 2³²; its cycle has about 2¹⁹¹ draws. Streams are
/// exactly 2¹²⁷ draws apart, and sub-streams of a stream 2⁷⁶, computed by powers of the recurrences'
/// matrices, so they are provably disjoint. Draws follow R's rules (``RGenerator``).
///
/// ```swift
/// var generator = MRG32k3a(setSeed: 123)   // RNGkind("L'Ecuyer-CMRG"); set.seed(123)
/// generator.leap(streams: 5)               // parallel::nextRNGStream, five times
/// ```
/// - Compatibility: R 4.2, bit for bit (`Tests/Vectors/rng/r.json`).
public struct MRG32k3a: RGenerator {
  /// The last three values of each recurrence, oldest first.
  @usableFromInline var first: Words3
  @usableFromInline var second: Words3
  /// Uniforms drawn since the generator was made.
  @usableFromInline var count: DrawCount

  static let m1: UInt64 = 4_294_967_087
  static let m2: UInt64 = 4_294_944_443
  @usableFromInline static let unit = 2.328306549295727688e-10

  /// Makes the generator that `set.seed(seed)` makes after `RNGkind("L'Ecuyer-CMRG")`.
  public init(setSeed seed: Int32) {
    var words = RSeed(seed)
    func word() -> UInt64 {
      while true {
        let word = UInt64(words.next())
        if word < Self.m2 { return word }
      }
    }
    first = Words3(word(), word(), word())
    second = Words3(word(), word(), word())
    count = DrawCount(first.list + second.list)
  }

  /// Makes a generator from its six words of state.
  ///
  /// Returns nil for words that are not a valid state.
  ///
  /// - Parameter words: R's `.Random.seed[2:7]`, read as unsigned; the first three below 4294967087, the
  ///   others below 4294944443, neither three all zero.
  public init?(words: [UInt32]) {
    guard words.count == 6, words[..<3].allSatisfy({ UInt64($0) < Self.m1 }),
      words[3...].allSatisfy({ UInt64($0) < Self.m2 }), words[..<3].contains(where: { $0 > 0 }),
      words[3...].contains(where: { $0 > 0 })
    else { return nil }
    first = Words3(UInt64(words[0]), UInt64(words[1]), UInt64(words[2]))
    second = Words3(UInt64(words[3]), UInt64(words[4]), UInt64(words[5]))
    count = DrawCount(first.list + second.list)
  }

  /// The six words of state: R's `.Random.seed[2:7]`, read as unsigned.
  public var words: [UInt32] {
    [first.w0, first.w1, first.w2, second.w0, second.w1, second.w2].map { UInt32($0) }
  }

  /// A double in (0, 1) with 32 random bits: R's `runif(1)`.
  @inlinable
  public mutating func nextDouble() -> Double {
    // Both sums are kept positive, so that the division needs no sign check.
    let p = (1_403_580 &* first.w1 &+ 810_728 &* (4_294_967_087 &- first.w0)) % 4_294_967_087
    let q = (527_612 &* second.w2 &+ 1_370_589 &* (4_294_944_443 &- second.w0)) % 4_294_944_443
    first = Words3(first.w1, first.w2, p)
    second = Words3(second.w1, second.w2, q)
    count.drawn &+= 1
    let difference = p > q ? p &- q : p &- q &+ 4_294_967_087
    return Double(Int64(truncatingIfNeeded: difference)) * Self.unit
  }
}

extension MRG32k3a {
  /// Uniforms drawn since `start`, an earlier copy; nil if there was a leap in between.
  public func words(since start: MRG32k3a) -> UInt64? { count.draws(since: start.count) }

  /// Moves `distance` uniforms ahead.
  ///
  /// - Complexity: O(log `distance`) products of 3 × 3 matrices.
  public mutating func advance(by distance: UInt128) {
    move(by: MRGStep.one.power(distance))
  }

  /// Moves `count` streams ahead, 2¹²⁷ uniforms each.
  ///
  /// - Complexity: O(log `count`); R's `nextRNGStream` moves one.
  /// - Compatibility: `parallel::nextRNGStream`, `count` times.
  public mutating func leap(streams count: UInt64 = 1) {
    for (bit, step) in MRGStep.streams.enumerated() where count >> UInt64(bit) & 1 == 1 {
      move(by: step)
    }
  }

  /// Moves `count` sub-streams ahead, 2⁷⁶ uniforms each; a stream has 2⁵¹ of them.
  ///
  /// - Complexity: O(log `count`) products of 3 × 3 matrices.
  /// - Compatibility: `parallel::nextRNGSubStream`, `count` times.
  public mutating func leap(substreams count: UInt64) {
    move(by: MRGStep.substream.power(UInt128(count)))
  }

  /// The generator `count` streams of 2¹²⁷ uniforms ahead.
  public func jumped(_ count: UInt64 = 1) -> MRG32k3a {
    var result = self
    result.leap(streams: count)
    return result
  }

  mutating func move(by step: MRGStep) {
    first = step.first.applied(to: first)
    second = step.second.applied(to: second)
    count.lineage.recordJump(to: first.list + second.list)
  }
}

/// Three words of state, each in its own register, like ``Words4``.
@usableFromInline
struct Words3: Sendable, Hashable {
  @usableFromInline var w0: UInt64
  @usableFromInline var w1: UInt64
  @usableFromInline var w2: UInt64

  @inlinable
  init(_ w0: UInt64, _ w1: UInt64, _ w2: UInt64) { (self.w0, self.w1, self.w2) = (w0, w1, w2) }

  var list: [UInt64] { [w0, w1, w2] }
}
