// Part of Apus, Apache-2.0. See LICENSE.

extension StreamUse {
  /// The places of the tasks that drew something.
  func places(map: Int) -> [StreamPlace] {
    let locate = origin.scheme.locator
    var places: [StreamPlace] = []
    places.reserveCapacity(words.count)
    for (task, count) in words.enumerated() where count > 0 {
      var place = locate(task, UInt128(count))
      place.map = Int32(truncatingIfNeeded: map)
      place.task = Int32(truncatingIfNeeded: task)
      places.append(place)
    }
    return places
  }
}

extension StreamOrigin.Scheme {
  typealias Locator = (_ task: Int, _ words: UInt128) -> StreamPlace

  /// How to find the place of a task.
  fileprivate var locator: Locator {
    switch self {
    case .philox(let seed, let place):
      let key = SeedSequence(seed, spawnKey: place).generateState64(2)
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
    case .numpySpawn(let seed, let place, let generator):
      let start = Self.spawnLocator(generator)
      return { task, words in
        start(SeedSequence(seed, spawnKey: place + SeedSequence.words(of: UInt128(task))), words)
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
  ) -> (SeedSequence, UInt128) -> StreamPlace {
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
        let start = SFC64(sequence).state  // the counter is the same in all: they run in step
        return StreamPlace(sequence: start, length: words)
      }
    default:
      // MT19937 and xoshiro256**, whose states tell no distance, and generators of somebody else's.
      { StreamPlace(sequence: pool($0, tag: 1), length: $1) }
    }
  }

  /// An interval of counters: a fresh generator's first block is that of counter + 1.
  private static func counters(
    _ key: [UInt64], high: UInt128, low: UInt128, _ words: UInt128
  ) -> StreamPlace {
    let words4 = (0..<4).map { $0 < key.count ? key[$0] : 0 }
    let first = low &+ 1
    return StreamPlace(
      sequence: Words4(words4[0], words4[1], words4[2], words4[3]),
      start: (first == 0 ? high &+ 1 : high, first), length: (words + 3) / 4)
  }

  private static func congruential(
    _ state: CongruentialState, _ words: UInt128
  ) -> StreamPlace {
    let increment = Words4(
      UInt64(truncatingIfNeeded: state.increment >> 64),
      UInt64(truncatingIfNeeded: state.increment), 0, 0)
    return StreamPlace(sequence: increment, start: (0, state.value), length: words)
  }

  /// Equal legacy seeds give equal states, different ones different states.
  private static func twister(legacySeed seed: UInt64, _ words: UInt128) -> StreamPlace {
    StreamPlace(sequence: Words4(seed, 0, 0, 0), length: words)
  }

  /// Equal pools give equal states, and the state's words are bijections of the pool's.
  private static func pool(_ sequence: SeedSequence, tag: UInt64) -> Words4<UInt64> {
    let words = sequence.pool.map { UInt64($0) }
    return Words4(words[0] << 32 | words[1], words[2] << 32 | words[3], 0, tag)
  }

  /// Streams of 2¹²⁷ uniforms on R's cycle.
  ///
  /// The state that `set.seed` gives names the sequence, because different seeds can give the same one.
  private static func leaps(_ seed: Int32, first: Int, substreams: UInt128) -> Locator {
    let state = MRG32k3a(setSeed: seed).words.map { UInt64($0) }
    let sequence = Words4(
      state[0] << 32 | state[1], state[2] << 32 | state[3], state[4] << 32 | state[5], 0)
    return { task, words in
      let position = UInt128(first + task) << 51 + substreams  // in sub-streams of 2⁷⁶
      return StreamPlace(
        sequence: sequence, start: (position >> 52, position << 76), length: words)
    }
  }
}
