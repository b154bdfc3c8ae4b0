// Part of Apus, Apache-2.0. See LICENSE.

// The streams of an origin, made again: one property per generator type; nil for origins of other types.

extension StreamOrigin {
  package var twisters: StreamSource<MT19937>? {
    switch scheme {
    case .legacySeeds(let base): Streams.legacySeeds(from: base).makeSource()
    case .legacySeedList(let seeds): Streams.legacySeeds(seeds).makeSource()
    case .numpySpawn(let seed, let spawnKey, MT19937.name):
      Streams<MT19937>.spawned(seed, spawnKey: spawnKey).makeSource()
    default: nil
    }
  }

  package var xoshiros: StreamSource<Xoshiro256StarStar>? {
    guard case .numpySpawn(let seed, let spawnKey, Xoshiro256StarStar.name) = scheme else {
      return nil
    }
    return Streams<Xoshiro256StarStar>.spawned(seed, spawnKey: spawnKey).makeSource()
  }

  package var combinedRecursives: StreamSource<MRG32k3a>? {
    switch scheme {
    case .rStreams(let seed): Streams.rStreams(setSeed: seed).makeSource()
    case .rMclapply(let seed): Streams.rMclapply(setSeed: seed).makeSource()
    case .rFutureSeeds(let seed): Streams.rFutureSeeds(setSeed: seed).makeSource()
    default: nil
    }
  }
}
