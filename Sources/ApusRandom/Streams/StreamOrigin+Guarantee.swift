// Part of Apus, Apache-2.0. See LICENSE.

/// What is known about the overlap of a map's streams.
public struct StreamGuarantee: Sendable, Hashable {
  /// Whether arithmetic proves that no two tasks of the map share a word.
  public let isProved: Bool
  /// The proof, or a formula for the probability of an overlap, in one sentence.
  public let statement: String
}

extension StreamOrigin {
  /// Why no two tasks share a word, or how improbable it is that two do, for `k` tasks of `n` words each.
  public var guarantee: StreamGuarantee {
    switch scheme {
    case .philox:
      proved(
        "Philox is a bijection of a 256-bit counter; task t owns the counters whose upper two words "
          + "hold t: 2^64 sub-streams of 2^66 words each.")
    case .substreams:
      proved("Each sub-stream owns the counters with its own number: 2^66 words each.")
    case .numpySpawn(_, _, let generator): spawnGuarantee(generator)
    case .legacySeeds:
      improbable(
        "Different 32-bit seeds give different states; some pair of k sequences of n words "
          + "overlaps with probability about k^2 n / 2^19937.")
    case .legacySeedList:
      improbable(
        "Tasks with the same seed draw the same numbers: random 32-bit seeds collide with probability "
          + "k^2 / 2^33. Different seeds overlap with probability about k^2 n / 2^19937.")
    case .rStreams, .rMclapply:
      proved("Streams of one seed are exact leaps of 2^127 on a cycle of 2^191 uniforms.")
    case .rFutureSeeds:
      proved(
        "Streams of one seed are exact leaps of 2^127 on a cycle of 2^191 uniforms, and each begins "
          + "one sub-stream of 2^76 in.")
    }
  }

  private func spawnGuarantee(_ generator: String) -> StreamGuarantee {
    let seeds =
      "Tasks below 2^32 have different 128-bit seeds (the last step of the mixing is a bijection)"
    switch generator {
    case Philox4x64.name, Threefry4x64.name, Threefry4x32.name:
      return proved(
        "\(seeds), hence different keys; for each key the generator is a bijection of the counter."
      )
    case Philox4x32.name:
      return improbable(
        "\(seeds) but only 64-bit keys: some pair of k keys agrees with probability k^2 / 2^65.")
    case PCG64.name, PCG64DXSM.name:
      return improbable(
        "\(seeds) and different cycles, unless two 127-bit increments agree, with probability "
          + "k^2 / 2^128.")
    case SFC64.name:
      return improbable(
        "\(seeds); its counter runs in step in all streams, so two overlap only if their 192-bit "
          + "starting states agree, with probability k^2 / 2^193.")
    case MT19937.name:
      return improbable("\(seeds); some pair of k tasks overlaps with probability k^2 n / 2^19937.")
    case Xoshiro256StarStar.name:
      return improbable("\(seeds); some pair of k tasks overlaps with probability k^2 n / 2^256.")
    default:
      return improbable("\(seeds); nothing is known about this generator's sequences.")
    }
  }

  private func proved(_ statement: String) -> StreamGuarantee {
    StreamGuarantee(isProved: true, statement: statement)
  }

  private func improbable(_ statement: String) -> StreamGuarantee {
    StreamGuarantee(isProved: false, statement: statement)
  }
}
