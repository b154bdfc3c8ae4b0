// Part of Apus, Apache-2.0. See LICENSE.

// The streams of an origin again, by the type of their generator; nil for origins of others.

extension StreamOrigin {
  package var twisters: StreamSource<MT19937>? {
    switch scheme {
    case .legacySeeds(let base): Streams.legacySeeds(from: base).source()
    case .legacySeedList(let seeds): Streams.legacySeeds(seeds).source()
    case .numpySpawn(let seed, let place, MT19937.name):
      Streams<MT19937>.spawned(seed, place: place).source()
    default: nil
    }
  }

  package var xoshiros: StreamSource<Xoshiro256StarStar>? {
    guard case .numpySpawn(let seed, let place, Xoshiro256StarStar.name) = scheme else {
      return nil
    }
    return Streams<Xoshiro256StarStar>.spawned(seed, place: place).source()
  }

  package var combinedRecursives: StreamSource<MRG32k3a>? {
    switch scheme {
    case .rStreams(let seed): Streams.rStreams(setSeed: seed).source()
    case .rMclapply(let seed): Streams.rMclapply(setSeed: seed).source()
    case .rFutureSeeds(let seed): Streams.rFutureSeeds(setSeed: seed).source()
    default: nil
    }
  }
}
