// Part of Apus, Apache-2.0. See LICENSE.

/// xoshiro256** (Blackman and Vigna 2018): the generator of several languages' standard libraries.
///
/// Its cycle has 2²⁵⁶ − 1 words; ``jump()`` and ``longJump()`` cut it into 2¹²⁸ streams of 2¹²⁸ words
/// and 2⁶⁴ groups of 2¹⁹², provably disjoint.
///
/// ```swift
/// var generator = Xoshiro256StarStar(splitMixSeed: 42)
/// ```
/// - Compatibility: the authors' reference code, bit for bit (`Tests/Vectors/rng/other.json`).
public struct Xoshiro256StarStar: SeedableGenerator {
  @usableFromInline var state: Words4<UInt64>
  @usableFromInline var kept = PendingHalfWord()
  /// The number of words drawn since the generator was made.
  @usableFromInline var count: DrawCount

  /// Makes a generator from its four words of state.
  ///
  /// - Parameter words: not all zero.
  public init(words: (UInt64, UInt64, UInt64, UInt64)) {
    state = Words4(words.0, words.1, words.2, words.3)
    count = DrawCount(state.list)
    require(state != .zero, "xoshiro256** cannot start with all words zero.")
  }

  /// Makes a generator seeded with four words of SplitMix64, as the authors of xoshiro recommend.
  public init(splitMixSeed seed: UInt64) {
    var mixer = seed
    func word() -> UInt64 {
      mixer &+= 0x9e37_79b9_7f4a_7c15
      var z = mixer
      z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
      return z ^ z >> 31
    }
    self.init(words: (word(), word(), word(), word()))
  }

  /// Makes a generator seeded with four words of a seed sequence.
  public init(_ sequence: SeedSequence) {
    let words = sequence.generateState64(4)
    self.init(words: (words[0], words[1], words[2], words[3]))
  }

  /// The words of state.
  package var words: [UInt64] { state.list }

  /// The next 64 random bits.
  @inlinable
  public mutating func next() -> UInt64 {
    let scaled = state.w1 &* 5
    let word = (scaled &<< 7 | scaled &>> 57) &* 9
    let shifted = state.w1 &<< 17
    state.w2 ^= state.w0
    state.w3 ^= state.w1
    state.w1 ^= state.w2
    state.w0 ^= state.w3
    state.w2 ^= shifted
    state.w3 = state.w3 &<< 45 | state.w3 &>> 19
    count.drawn &+= 1
    return word
  }

  /// The next 32 random bits: halves of a word, low half first.
  @inlinable
  public mutating func nextUInt32() -> UInt32 {
    kept.take() ?? kept.split(next())
  }
}

extension Xoshiro256StarStar {
  /// The words drawn since `start`, an earlier copy; nil if there was a jump in between.
  public func words(since start: Xoshiro256StarStar) -> UInt64? {
    count.draws(since: start.count)
  }

  /// Moves 2¹²⁸ words ahead.
  ///
  /// - Complexity: O(256) words.
  public mutating func jump() {
    move(by: [
      0x180e_c6d3_3cfd_0aba, 0xd5a6_1266_f0c9_392c, 0xa958_2618_e03f_c9aa, 0x39ab_dc45_29b1_661c,
    ])
  }

  /// Moves 2¹⁹² words ahead.
  ///
  /// - Complexity: O(256) words.
  public mutating func longJump() {
    move(by: [
      0x76e1_5d3e_fefd_cbbf, 0xc500_4e44_1c52_2fb3, 0x7771_0069_854e_e241, 0x3910_9bb0_2acb_e635,
    ])
  }

  /// The generator `count` jumps of 2¹²⁸ words ahead.
  ///
  /// - Complexity: O(256 · `count`) words.
  public func jumped(_ count: UInt64 = 1) -> Xoshiro256StarStar {
    var result = self
    for _ in 0..<count { result.jump() }
    return result
  }

  /// Applies a polynomial in the step operator, coefficients lowest first.
  private mutating func move(by polynomial: [UInt64]) {
    var sum: Words4<UInt64> = .zero
    for word in polynomial {
      for bit in 0..<64 {
        if word >> UInt64(bit) & 1 == 1 {
          sum = Words4(
            sum.w0 ^ state.w0, sum.w1 ^ state.w1, sum.w2 ^ state.w2, sum.w3 ^ state.w3)
        }
        _ = next()
      }
    }
    state = sum
    kept.drop()
    count.lineage.recordJump(to: state.list)
  }
}
