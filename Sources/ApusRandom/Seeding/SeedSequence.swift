// Part of Apus, Apache-2.0. See LICENSE.

/// Mixes seeds of any size and quality into well-spread generator states (O'Neill 2015, as in NumPy).
///
/// Use it to seed a single generator as NumPy does. For parallel work use ``Seed``, which gives
/// each map its own spawn key.
///
/// ```swift
/// let sequence = SeedSequence(12345)
/// var generator = PCG64(sequence)                     // numpy.random.default_rng(12345)
/// var child = PCG64(SeedSequence(12345, spawnKey: [0]))   // ….spawn(1)[0]
/// ```
/// - Reproducibility: a pure function of entropy, spawn key and pool size.
/// - Compatibility: `numpy.random.SeedSequence`, NumPy 2.4, bit for bit
///   (`Tests/Vectors/rng/seedsequence.json`).
public struct SeedSequence: Sendable, Hashable {
  /// The entropy as 32-bit words, least significant first.
  public let entropy: [UInt32]
  /// The position in the tree of sequences: one element per generation, 32-bit words as in NumPy.
  public let spawnKey: [UInt32]
  /// The number of words in the pool, at least 4 (NumPy's default).
  public let poolSize: Int
  /// The number of children that ``spawn(_:)`` has made.
  public private(set) var childrenSpawned: UInt32 = 0
  /// The mixed pool.
  public let pool: [UInt32]

  /// Makes a sequence from words.
  ///
  /// - Parameters:
  ///   - words: entropy, 32-bit words, least significant first; empty counts as the number 0.
  ///   - spawnKey: the position in the tree; the default is the root.
  ///   - poolSize: at least 4, the default.
  /// - Complexity: O(words.count + spawnKey.count), times `poolSize`.
  public init(words: [UInt32], spawnKey: [UInt32] = [], poolSize: Int = 4) {
    require(poolSize >= 4, "SeedSequence needs a pool of at least 4 words, not \(poolSize).")
    self.entropy = words.isEmpty ? [0] : words
    self.spawnKey = spawnKey
    self.poolSize = poolSize
    self.pool = Self.mixed(entropy: self.entropy, spawnKey: spawnKey, poolSize: poolSize)
  }

  /// Makes a sequence from an integer, as `numpy.random.SeedSequence(entropy)`.
  ///
  /// - Parameters:
  ///   - entropy: any unsigned value up to 128 bits.
  ///   - spawnKey: the position in the tree; the default is the root.
  public init(_ entropy: UInt128, spawnKey: [UInt32] = []) {
    self.init(words: Self.words(of: entropy), spawnKey: spawnKey)
  }

  /// A sequence with 128 bits of entropy from the operating system.
  ///
  /// - Reproducibility: different on every call; read ``entropy`` to repeat it.
  public static func fromSystem() -> SeedSequence {
    var system = SystemRandomNumberGenerator()
    return SeedSequence(UInt128(system.next()) << 64 | UInt128(system.next()))
  }

  /// The next `count` children, whose spawn keys are one element longer.
  ///
  /// - Complexity: O(`count`).
  public mutating func spawn(_ count: Int) -> [SeedSequence] {
    require(count >= 0, "Cannot spawn \(count) sequences.")
    let first = childrenSpawned
    childrenSpawned += UInt32(count)
    return (first..<childrenSpawned).map {
      SeedSequence(words: entropy, spawnKey: spawnKey + [$0], poolSize: poolSize)
    }
  }

  /// The 32-bit words of an integer, least significant first; 0 gives one word.
  public static func words(of value: UInt128) -> [UInt32] {
    var words = [UInt32(truncatingIfNeeded: value)]
    var rest = value >> 32
    while rest != 0 {
      words.append(UInt32(truncatingIfNeeded: rest))
      rest >>= 32
    }
    return words
  }
}

extension SeedSequence {
  /// `count` words of state for a generator, as `generate_state(count, numpy.uint32)`.
  ///
  /// - Complexity: O(`count`).
  public func generateState32(_ count: Int) -> [UInt32] {
    var multiplier: UInt32 = 0x8b51_f9dd
    return (0..<count).map { i in
      var value = pool[i % poolSize] ^ multiplier
      multiplier = multiplier &* 0x58f3_8ded
      value = value &* multiplier
      return value ^ value >> 16
    }
  }

  /// `count` 64-bit words of state, low half first, as `generate_state(count, numpy.uint64)`.
  ///
  /// - Complexity: O(`count`).
  public func generateState64(_ count: Int) -> [UInt64] {
    let halves = generateState32(2 * count)
    return (0..<count).map { UInt64(halves[2 * $0]) | UInt64(halves[2 * $0 + 1]) << 32 }
  }
}

extension SeedSequence {
  private static func mixed(entropy: [UInt32], spawnKey: [UInt32], poolSize: Int) -> [UInt32] {
    if poolSize == 4 && entropy.count <= 4 { return mixedInFour(entropy, spawnKey) }
    let padding = spawnKey.isEmpty ? 0 : max(0, poolSize - entropy.count)
    let words = entropy + [UInt32](repeating: 0, count: padding) + spawnKey
    var hash = HashMix()
    var pool = (0..<poolSize).map { hash($0 < words.count ? words[$0] : 0) }
    for source in 0..<poolSize {
      for target in 0..<poolSize where target != source {
        pool[target] = mix(pool[target], hash(pool[source]))
      }
    }
    for word in words.dropFirst(poolSize) {
      for target in 0..<poolSize { pool[target] = mix(pool[target], hash(word)) }
    }
    return pool
  }

  /// The usual case, without intermediate arrays.
  private static func mixedInFour(_ entropy: [UInt32], _ spawnKey: [UInt32]) -> [UInt32] {
    var hash = HashMix()
    func word(_ i: Int) -> UInt32 { i < entropy.count ? entropy[i] : 0 }
    var pool = SIMD4(hash(word(0)), hash(word(1)), hash(word(2)), hash(word(3)))
    for source in 0..<4 {
      for target in 0..<4 where target != source {
        pool[target] = mix(pool[target], hash(pool[source]))
      }
    }
    for word in spawnKey {
      for target in 0..<4 { pool[target] = mix(pool[target], hash(word)) }
    }
    return [pool[0], pool[1], pool[2], pool[3]]
  }

  private static func mix(_ x: UInt32, _ y: UInt32) -> UInt32 {
    let value = 0xca01_f9dd &* x &- 0x4973_f715 &* y
    return value ^ value >> 16
  }

  private struct HashMix {
    var constant: UInt32 = 0x43b0_d7e5

    mutating func callAsFunction(_ word: UInt32) -> UInt32 {
      var value = word ^ constant
      constant = constant &* 0x931e_8875
      value = value &* constant
      return value ^ value >> 16
    }
  }
}
