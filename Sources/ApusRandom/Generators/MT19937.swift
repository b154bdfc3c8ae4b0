// Part of Apus, Apache-2.0. See LICENSE.

/// The Mersenne Twister MT19937 (Matsumoto and Nishimura 1998).
///
/// The generator behind `numpy.random.seed`, scikit-learn and most published results. For new
/// parallel work prefer ``Philox4x64``: its state is 2.5 kB smaller and its streams are proved
/// disjoint at no cost.
///
/// ```swift
/// var generator = MT19937(SeedSequence(42))   // numpy.random.MT19937(42)
/// var legacy = MT19937(legacySeed: 42)        // what numpy.random.seed(42) seeds
/// ```
/// - Compatibility: `numpy.random.MT19937`, NumPy 2.4, bit for bit
///   (`Tests/Vectors/rng/mt19937.json`, `randomstate.json`).
public struct MT19937: SeedableGenerator {
  /// Words of state.
  static let size = 624

  @usableFromInline var block: MT19937Block
  /// The number of words of the block already drawn, 0...624.
  @usableFromInline var position: Int
  /// The number of words in all blocks refilled since the generator was made.
  var count: DrawCount

  init(words: [UInt32], position: Int) {
    block = MT19937Block(words)
    self.position = position
    count = DrawCount(words.prefix(4).map { UInt64($0) })
  }

  /// The next 32 random bits: one word, so no half is kept.
  @inlinable
  public mutating func nextUInt32() -> UInt32 {
    if position == 624 { refill() }
    let word = block.word(position)
    position += 1
    return word
  }

  /// The next 64 random bits: two words, the first one high.
  @inlinable
  public mutating func next() -> UInt64 {
    let high = nextUInt32()
    return UInt64(high) << 32 | UInt64(nextUInt32())
  }

  /// The 32-bit words drawn since `start`, an earlier copy; nil if there was a jump in between.
  public func words(since start: MT19937) -> UInt64? {
    count.draws(since: start.count).map { drawn in
      drawn &+ UInt64(bitPattern: Int64(position - start.position))
    }
  }

  /// The top 27 bits of the first word and the top 26 of the second.
  @inlinable
  public static func double(from word: UInt64) -> Double {
    Double((word &>> 37) &<< 26 | (word & 0xffff_ffff) &>> 6) * 0x1p-53
  }
}

extension MT19937 {
  /// Makes the generator that `numpy.random.MT19937(sequence)` makes.
  ///
  /// - Complexity: O(624).
  public init(_ sequence: SeedSequence) {
    var words = sequence.generateState32(Self.size)
    words[0] = 0x8000_0000
    self.init(words: words, position: Self.size - 1)  // as NumPy: one word of the block is left
  }

  /// Makes the generator of `numpy.random.seed(seed)` and `RandomState(seed)`.
  ///
  /// - Complexity: O(624).
  public init(legacySeed seed: UInt32) {
    self.init(words: Self.legacyWords(seed), position: Self.size)
  }

  /// Makes the generator of `numpy.random.seed([…])`.
  ///
  /// - Parameter seeds: at least one word. (NumPy treats a one-element array as a scalar seed,
  ///   but a one-element list as a list; this initialiser does the latter.)
  /// - Complexity: O(624 + seeds.count).
  public init(legacySeed seeds: [UInt32]) {
    require(!seeds.isEmpty, "An array seed needs at least one word.")
    var words = Self.legacyWords(19_650_218)
    var i = 1
    var j = 0
    for _ in 0..<max(Self.size, seeds.count) {
      let mixed = (words[i - 1] ^ words[i - 1] >> 30) &* 1_664_525
      words[i] = (words[i] ^ mixed) &+ seeds[j] &+ UInt32(truncatingIfNeeded: j)
      Self.step(&i, &words)
      j = j + 1 == seeds.count ? 0 : j + 1
    }
    for _ in 1..<Self.size {
      let mixed = (words[i - 1] ^ words[i - 1] >> 30) &* 1_566_083_941
      words[i] = (words[i] ^ mixed) &- UInt32(truncatingIfNeeded: i)
      Self.step(&i, &words)
    }
    words[0] = 0x8000_0000
    self.init(words: words, position: Self.size)
  }

  private static func legacyWords(_ seed: UInt32) -> [UInt32] {
    var words = [seed]
    words.reserveCapacity(size)
    for i in 1..<UInt32(size) {
      let last = words[words.count - 1]
      words.append(1_812_433_253 &* (last ^ last >> 30) &+ i)
    }
    return words
  }

  private static func step(_ i: inout Int, _ words: inout [UInt32]) {
    i += 1
    if i == size {
      words[0] = words[size - 1]
      i = 1
    }
  }
}
