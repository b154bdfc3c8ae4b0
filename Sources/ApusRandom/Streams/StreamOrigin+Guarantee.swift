// Part of Apus, Apache-2.0. See LICENSE.

/// What is known about the overlap of a map's streams.
public struct StreamGuarantee: Sendable, Hashable {
  /// Whether arithmetic proves that no two tasks of the map share a word.
  public let isProved: Bool
  /// The proof, or the probability of an overlap with its formula, in a sentence.
  public let statement: String
}

extension StreamOrigin {
  /// Why, or how surely, no two tasks share a word: for `k` tasks of `n` words each.
  public var guarantee: StreamGuarantee {
    switch scheme {
    case .philox:
      proved(
        "Philox is a bijection of a 256-bit counter; task t owns the counters whose upper two words "
          + "are t, 2^64 sub-streams of 2^66 words.")
    case .substreams:
      proved("Each sub-stream owns the counters with its own number: 2^66 words each.")
    case .numpySpawn(_, _, let generator): spawnGuarantee(generator)
    case .legacySeeds:
      improbable(
        "Different 32-bit seeds give different states; two of k sequences of n words overlap with "
          + "probability about k^2 n / 2^19937.")
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
        "\(seeds), and so have their keys; for one key the generator is a bijection of the counter."
      )
    case Philox4x32.name:
      return improbable(
        "\(seeds), but keys of 64 bits only: two of k agree with probability k^2 / 2^65.")
    case PCG64.name, PCG64DXSM.name:
      return improbable(
        "\(seeds), and other cycles unless 127-bit increments agree, probability k^2 / 2^128.")
    case SFC64.name:
      return improbable(
        "\(seeds); its counter runs in step in all streams, so two overlap only if their 192-bit "
          + "starts agree, probability k^2 / 2^193.")
    case MT19937.name:
      return improbable("\(seeds); two of k sequences overlap with probability k^2 n / 2^19937.")
    case Xoshiro256StarStar.name:
      return improbable("\(seeds); two of k sequences overlap with probability k^2 n / 2^256.")
    default:
      return improbable("\(seeds); nothing is known of this generator's sequences.")
    }
  }

  private func proved(_ statement: String) -> StreamGuarantee {
    StreamGuarantee(isProved: true, statement: statement)
  }

  private func improbable(_ statement: String) -> StreamGuarantee {
    StreamGuarantee(isProved: false, statement: statement)
  }
}
