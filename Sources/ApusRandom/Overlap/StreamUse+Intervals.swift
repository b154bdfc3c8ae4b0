// Part of Apus, Apache-2.0. See LICENSE.

extension StreamUse {
  /// The intervals of the tasks that drew something.
  func intervals(map: Int) -> [StreamInterval] {
    let locate = origin.scheme.locator
    var intervals: [StreamInterval] = []
    intervals.reserveCapacity(words.count)
    for (task, count) in words.enumerated() where count > 0 {
      var interval = locate(task, UInt128(count))
      interval.map = Int32(truncatingIfNeeded: map)
      interval.task = Int32(truncatingIfNeeded: task)
      intervals.append(interval)
    }
    return intervals
  }
}

extension StreamOrigin.Scheme {
  typealias Locator = (_ task: Int, _ words: UInt128) -> StreamInterval

  /// A function that computes the interval of a task.
  fileprivate var locator: Locator {
    switch self {
    case .philox(let seed, let spawnKey):
      let key = SeedSequence(seed, spawnKey: spawnKey).generateState64(2)
      return { task, words in
        Self.counters([key[0], key[1]], high: UInt128(task), low: 0, words)
      }
    case .substreams(let key, let counter, let word):
      return { task, words in
        var start = counter
        start[word] &+= UInt64(task)
        return Self.counters(
          key, high: UInt128(start[3]) << 64 | UInt128(start[2]),
          low: UInt128(start[1]) << 64 | UInt128(start[0]), words)
      }
    case .numpySpawn(let seed, let spawnKey, let generator):
      let start = Self.spawnLocator(generator)
      return { task, words in
        start(SeedSequence(seed, spawnKey: spawnKey + SeedSequence.words(of: UInt128(task))), words)
      }
    case .legacySeeds(let base):
      return { Self.twister(legacySeed: UInt64(base) + UInt64($0), $1) }
    case .legacySeedList(let seeds):
      return { Self.twister(legacySeed: UInt64(seeds[$0]), $1) }
    case .rStreams(let seed): return Self.leaps(seed, first: 0, substreams: 0)
    case .rMclapply(let seed): return Self.leaps(seed, first: 1, substreams: 0)
    case .rFutureSeeds(let seed): return Self.leaps(seed, first: 0, substreams: 1)
    }
  }

  private static func spawnLocator(
    _ generator: String
  ) -> (SeedSequence, UInt128) -> StreamInterval {
    switch generator {
    case Philox4x64.name: { counters($0.generateState64(2), high: 0, low: 0, $1) }
    case Philox4x32.name:
      { counters($0.generateState32(2).map { UInt64($0) }, high: 0, low: 0, $1) }
    case Threefry4x64.name: { counters($0.generateState64(4), high: 0, low: 0, $1) }
    case Threefry4x32.name:
      { counters($0.generateState32(4).map { UInt64($0) }, high: 0, low: 0, $1) }
    case PCG64.name, PCG64DXSM.name: { congruential(CongruentialState($0), $1) }
    case SFC64.name:
      { sequence, words in
        let start = SFC64(sequence).state  // the counter is the same in all streams
        return StreamInterval(sequence: start, length: words)
      }
    default:
      // MT19937 and xoshiro256**, whose states reveal no distance, and generators from outside Apus.
      { StreamInterval(sequence: pool($0, tag: 1), length: $1) }
    }
  }

  /// An interval of counters: a fresh generator's first block is that of counter + 1.
  private static func counters(
    _ key: [UInt64], high: UInt128, low: UInt128, _ words: UInt128
  ) -> StreamInterval {
    let words4 = (0..<4).map { $0 < key.count ? key[$0] : 0 }
    let first = low &+ 1
    return StreamInterval(
      sequence: Words4(words4[0], words4[1], words4[2], words4[3]),
      start: (first == 0 ? high &+ 1 : high, first), length: (words + 3) / 4)
  }

  private static func congruential(
    _ state: CongruentialState, _ words: UInt128
  ) -> StreamInterval {
    let increment = Words4(
      UInt64(truncatingIfNeeded: state.increment >> 64),
      UInt64(truncatingIfNeeded: state.increment), 0, 0)
    return StreamInterval(sequence: increment, start: (0, state.value), length: words)
  }

  /// Equal legacy seeds give equal states, different ones different states.
  private static func twister(legacySeed seed: UInt64, _ words: UInt128) -> StreamInterval {
    StreamInterval(sequence: Words4(seed, 0, 0, 0), length: words)
  }

  /// Equal pools give equal states, and the state's words are bijections of the pool's.
  private static func pool(_ sequence: SeedSequence, tag: UInt64) -> Words4<UInt64> {
    let words = sequence.pool.map { UInt64($0) }
    return Words4(words[0] << 32 | words[1], words[2] << 32 | words[3], 0, tag)
  }

  /// Streams of 2¹²⁷ uniforms on R's cycle.
  ///
  /// The state after `set.seed` identifies the sequence, because different seeds can give the same state.
  private static func leaps(_ seed: Int32, first: Int, substreams: UInt128) -> Locator {
    let state = MRG32k3a(setSeed: seed).words.map { UInt64($0) }
    let sequence = Words4(
      state[0] << 32 | state[1], state[2] << 32 | state[3], state[4] << 32 | state[5], 0)
    return { task, words in
      let position = UInt128(first + task) << 51 + substreams  // in sub-streams of 2⁷⁶
      return StreamInterval(
        sequence: sequence, start: (position >> 52, position << 76), length: words)
    }
  }
}
