// Part of Apus, Apache-2.0. See LICENSE.

extension Streams where Generator == Philox4x64 {
  /// Makes the streams of an earlier run again, to reproduce it.
  ///
  /// - Parameter origin: as reported with a result. It must be that of a seed or of sub-streams; the other
  ///   schemes have functions of their own.
  public init(at origin: StreamOrigin) {
    switch origin.scheme {
    case .philox(let value, let spawnKey):
      let key = SeedSequence(value, spawnKey: spawnKey).generateState64(2)
      self.init(origin: origin) { task in
        Philox4x64(key: (key[0], key[1]), counter: (0, 0, UInt64(task), 0))
      }
    case .substreams(let key, let counter, let word):
      self.init(origin: origin) { task in
        var words = counter
        words[word] &+= UInt64(task)
        return Philox4x64(
          key: (key[0], key[1]), counter: (words[0], words[1], words[2], words[3]))
      }
    default:
      fatalError("Not streams of Philox4x64 by task index: \(origin).")
    }
  }
}

extension Streams where Generator: SeedableGenerator {
  /// The generators seeded by the children of NumPy's `SeedSequence.spawn`.
  ///
  /// Task `t` in NumPy: `numpy.random.PCG64(numpy.random.SeedSequence(seed, spawn_key=(t,)))`, which is
  /// `numpy.random.PCG64(numpy.random.SeedSequence(seed).spawn(t + 1)[t])`.
  ///
  /// ```swift
  /// let streams = Streams.numpySpawn(42, of: PCG64.self)
  /// ```
  /// - Parameters:
  ///   - seed: up to 128 bits.
  ///   - generator: ``PCG64``, ``PCG64DXSM``, ``SFC64``, ``Philox4x64``, ``MT19937`` or another.
  /// - Complexity: O(1) per stream, about a microsecond; O(624) for MT19937.
  /// - Reproducibility: a function of `seed` and the task; two maps with the same seed draw the same numbers
  ///   (``Seed/streams(of:)`` prevents that).
  /// - Compatibility: NumPy 2.4. Tasks below 2³² provably have different 128-bit seeds. Hence, for k tasks of
  ///   n words each, streams of Philox and Threefry are provably disjoint (those of Philox4x32, whose key has
  ///   64 bits, except with probability k² / 2⁶⁵). PCG64 and PCG64DXSM have different cycles unless two
  ///   127-bit increments agree (probability below k² / 2¹²⁸). Streams of SFC64 are disjoint unless two
  ///   starting states agree (k² / 2¹⁹³). The others overlap with probability below k²n / 2²⁵⁶ (xoshiro256**)
  ///   or k²n / 2¹⁹⁹³⁷ (MT19937).
  public static func numpySpawn(
    _ seed: UInt128, of generator: Generator.Type
  ) -> Streams<Generator> {
    spawned(seed, spawnKey: [])
  }

  static func spawned(_ seed: UInt128, spawnKey: [UInt32]) -> Streams<Generator> {
    let origin = StreamOrigin(
      .numpySpawn(seed, spawnKey: spawnKey, generator: SeedableGenerators.name(of: Generator.self)))
    return Streams(origin: origin) { task in
      Generator(SeedSequence(seed, spawnKey: spawnKey + SeedSequence.words(of: UInt128(task))))
    }
  }
}

extension Streams where Generator == MT19937 {
  /// The generators of scripts that call `numpy.random.seed(i)` in task `i`, for reproducing their results.
  ///
  /// Task `t` in NumPy: `numpy.random.RandomState(base + t)`.
  ///
  /// - Parameter base: the seed of task 0; task `t` has `base + t`, which must stay below 2³².
  /// - Complexity: O(624) per stream.
  /// - Compatibility: NumPy 2.4 and earlier.
  /// - Reproducibility: a function of `base` and the task; two maps with the same base draw the same numbers.
  ///   Different seeds give different states; some pair of `k` streams of `n` words overlaps with probability
  ///   about k²n / 2¹⁹⁹³⁷; nothing is proved.
  public static func legacySeeds(from base: UInt32) -> Streams<MT19937> {
    Streams(origin: StreamOrigin(.legacySeeds(base))) { task in
      guard let seed = UInt32(exactly: Int(base) + task) else {
        fatalError("Task \(task) has no legacy seed: \(base) + \(task) is above 2^32 - 1.")
      }
      return MT19937(legacySeed: seed)
    }
  }

  /// The same with a list of seeds: task `t` in NumPy is `numpy.random.RandomState(seeds[t])`.
  ///
  /// Random 32-bit seeds of k tasks collide with probability k² / 2³³ (1.2 % for 10,000 tasks), and
  /// tasks with the same seed draw the same numbers: `apus random overlap` finds them.
  ///
  /// - Parameter seeds: one per task, at least as many as the map has tasks.
  /// - Compatibility: NumPy 2.4 and earlier.
  public static func legacySeeds(_ seeds: [UInt32]) -> Streams<MT19937> {
    Streams(origin: StreamOrigin(.legacySeedList(seeds))) { task in
      require(task < seeds.count, "Task \(task) has no legacy seed: there are \(seeds.count).")
      return MT19937(legacySeed: seeds[task])
    }
  }
}
