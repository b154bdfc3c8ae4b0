// Part of Apus, Apache-2.0. See LICENSE.

extension Streams where Generator == Philox4x64 {
  /// The streams of an earlier run, to reproduce it.
  ///
  /// - Parameter origin: as reported with a result: of a seed or of sub-streams. Others are a mistake
  ///   here; they have functions of their own.
  public init(at origin: StreamOrigin) {
    switch origin.scheme {
    case .philox(let value, let place):
      let key = SeedSequence(value, spawnKey: place).generateState64(2)
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
      preconditionFailure("\(origin) are not streams of Philox4x64 by task number.")
    }
  }
}

extension Streams where Generator: SeedableGenerator {
  /// The generators that NumPy's `SeedSequence.spawn` leads to.
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
  /// - Complexity: O(1) a stream, about a microsecond; MT19937 O(624).
  /// - Reproducibility: a function of `seed` and task; two maps with one seed draw the same numbers
  ///   (``Seed/streams(of:)`` prevents that).
  /// - Compatibility: NumPy 2.4. Tasks below 2³² have different 128-bit seeds: proved. That makes streams
  ///   of Philox and Threefry disjoint (proved; of Philox4x32, whose key has 64 bits, but for k² / 2⁶⁵)
  ///   and gives PCG64 and PCG64DXSM different cycles unless their 127-bit increments agree
  ///   (probability below k² / 2¹²⁸ for k tasks); streams of SFC64 are disjoint if their starts differ
  ///   (k² / 2¹⁹³); the others overlap with probability below k²n / 2²⁵⁶ (xoshiro256**) or
  ///   k²n / 2¹⁹⁹³⁷ (MT19937) for n words each.
  public static func numpySpawn(
    _ seed: UInt128, of generator: Generator.Type
  ) -> Streams<Generator> {
    spawned(seed, place: [])
  }

  static func spawned(_ seed: UInt128, place: [UInt32]) -> Streams<Generator> {
    let origin = StreamOrigin(
      .numpySpawn(seed, place: place, generator: KnownGenerators.name(of: Generator.self)))
    return Streams(origin: origin) { task in
      Generator(SeedSequence(seed, spawnKey: place + SeedSequence.words(of: UInt128(task))))
    }
  }
}

extension Streams where Generator == MT19937 {
  /// What scripts with `numpy.random.seed(i)` in task `i` do: kept to repeat their results.
  ///
  /// Task `t` in NumPy: `numpy.random.RandomState(base + t)`.
  ///
  /// - Parameter base: the seed of task 0; task `t` has `base + t`, which must stay below 2³².
  /// - Complexity: O(624) a stream.
  /// - Compatibility: NumPy 2.4 and all before.
  /// - Reproducibility: fixed seeds; two maps with the same base draw the same numbers. Different
  ///   seeds give different states; overlap of `k` streams of `n` words has probability about
  ///   k²n / 2¹⁹⁹³⁷; nothing is proved.
  public static func legacySeeds(from base: UInt32) -> Streams<MT19937> {
    Streams(origin: StreamOrigin(.legacySeeds(base))) { task in
      guard let seed = UInt32(exactly: Int(base) + task) else {
        preconditionFailure("Task \(task) has no legacy seed: \(base) + \(task) is above 2^32 - 1.")
      }
      return MT19937(legacySeed: seed)
    }
  }

  /// The same with seeds of your own: task `t` in NumPy is `numpy.random.RandomState(seeds[t])`.
  ///
  /// Random 32-bit seeds of k tasks collide with probability k² / 2³³ (1.2 % for 10,000 tasks), and
  /// tasks with one seed draw the same numbers: `apus random overlap` finds them.
  ///
  /// - Parameter seeds: one a task, at least as many as the map has tasks.
  /// - Compatibility: NumPy 2.4 and all before.
  public static func legacySeeds(_ seeds: [UInt32]) -> Streams<MT19937> {
    Streams(origin: StreamOrigin(.legacySeedList(seeds))) { task in
      precondition(task < seeds.count, "Task \(task) has no legacy seed: there are \(seeds.count).")
      return MT19937(legacySeed: seeds[task])
    }
  }
}
