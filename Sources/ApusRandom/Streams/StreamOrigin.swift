// Part of Apus, Apache-2.0. See LICENSE.

/// Where the streams of a map came from: enough to make any of them again, here, in NumPy or in R.
///
/// Results that used random numbers carry one. ``reproducingLine(task:)`` prints the line of Python or
/// R that gives the same generator.
public struct StreamOrigin: Sendable, Hashable, CustomStringConvertible {
  package enum Scheme: Sendable, Hashable {
    /// Philox keyed by a seed sequence, task number in the counter.
    case philox(UInt128, place: [UInt32])
    /// Philox with one word of the counter counting up: sub-streams of one task (word 1) or of one
    /// of its sub-streams (word 3).
    case substreams(key: [UInt64], counter: [UInt64], word: Int)
    /// Any generator on a seed sequence, task number at the end of the spawn key.
    case numpySpawn(UInt128, place: [UInt32], generator: String)
    /// NumPy's legacy seeding, task number added to the seed.
    case legacySeeds(UInt32)
    /// NumPy's legacy seeding, a seed for each task.
    case legacySeedList([UInt32])
    /// MRG32k3a from R's `set.seed`, task number of leaps ahead.
    case rStreams(Int32)
    /// The same, one leap more.
    case rMclapply(Int32)
    /// The same, and one sub-stream.
    case rFutureSeeds(Int32)
  }

  package let scheme: Scheme

  /// The streams of a seed at a place of its tree.
  ///
  /// - Parameters:
  ///   - seed: the seed's value.
  ///   - place: `[k]` for the `k`-th map of a ``Seed``, counted from 1; `[]` for the root itself,
  ///     that is the plain `SeedSequence(seed)`.
  public init(seed: UInt128, place: [UInt32]) {
    self.scheme = .philox(seed, place: place)
  }

  package init(_ scheme: Scheme) {
    self.scheme = scheme
  }

  /// The seed's value, if the streams are those of a seed sequence.
  public var seed: UInt128? {
    switch scheme {
    case .philox(let value, _), .numpySpawn(let value, _, _): value
    default: nil
    }
  }

  /// How many tasks there are streams for, where that is a limit.
  package var mostTasks: Int? {
    switch scheme {
    case .legacySeeds(let base): 1 << 32 - Int(base)
    case .legacySeedList(let seeds): seeds.count
    default: nil
    }
  }

  /// The generator's name; that of a type outside of Apus begins with "custom".
  public var generator: String {
    switch scheme {
    case .philox, .substreams: Philox4x64.name
    case .numpySpawn(_, _, let generator): generator
    case .legacySeeds, .legacySeedList: MT19937.name
    case .rStreams, .rMclapply, .rFutureSeeds: "MRG32k3a"
    }
  }

  /// What to write down to repeat the run.
  public var description: String {
    switch scheme {
    case .philox(let value, let place): "seed \(value), place \(place)"
    case .substreams(let key, let counter, _): "sub-streams of key \(key), counter \(counter)"
    case .numpySpawn(let value, let place, let generator):
      "\(generator) spawned from seed \(value), place \(place)"
    case .legacySeeds(let base): "legacy seeds from \(base)"
    case .legacySeedList(let seeds): "\(seeds.count) legacy seeds of a list"
    case .rStreams(let seed): "R's streams of set.seed(\(seed))"
    case .rMclapply(let seed): "mclapply's streams of set.seed(\(seed))"
    case .rFutureSeeds(let seed): "future.apply's streams of future.seed = \(seed)"
    }
  }
}
