// Part of Apus, Apache-2.0. See LICENSE.

/// The origin of a map's streams: all that is needed to make any of them again, in Apus, NumPy or R.
///
/// Results that used random numbers carry their origin. ``reproducingLine(task:)`` gives the line of Python
/// or R that makes the same generator.
public struct StreamOrigin: Sendable, Hashable, CustomStringConvertible {
  package enum Scheme: Sendable, Hashable {
    /// Philox keyed by a seed sequence, with the task's index in the counter.
    case philox(UInt128, spawnKey: [UInt32])
    /// Philox with the task's index added to one word of the counter: sub-streams of one task (word 1) or of
    /// one of its sub-streams (word 3).
    case substreams(key: [UInt64], counter: [UInt64], word: Int)
    /// Any generator seeded by a seed sequence, with the task's index at the end of the spawn key.
    case numpySpawn(UInt128, spawnKey: [UInt32], generator: String)
    /// NumPy's legacy seeding, with the task's index added to the seed.
    case legacySeeds(UInt32)
    /// NumPy's legacy seeding, with a seed for each task.
    case legacySeedList([UInt32])
    /// MRG32k3a after R's `set.seed`, as many leaps ahead as the task's index.
    case rStreams(Int32)
    /// The same as `rStreams`, one more leap ahead.
    case rMclapply(Int32)
    /// The same as `rStreams`, one sub-stream ahead.
    case rFutureSeeds(Int32)
  }

  package let scheme: Scheme

  /// The streams of a seed under a spawn key.
  ///
  /// - Parameters:
  ///   - seed: the seed's value.
  ///   - spawnKey: the spawn key: `[k]` for the `k`-th map of a ``Seed``, counted from 1; `[]` for the plain
  ///     `SeedSequence(seed)`.
  public init(seed: UInt128, spawnKey: [UInt32]) {
    self.scheme = .philox(seed, spawnKey: spawnKey)
  }

  package init(_ scheme: Scheme) {
    self.scheme = scheme
  }

  /// The seed's value, if the streams come from a seed sequence.
  public var seed: UInt128? {
    switch scheme {
    case .philox(let value, _), .numpySpawn(let value, _, _): value
    default: nil
    }
  }

  /// The number of tasks that have streams; nil if unlimited.
  package var maximumTasks: Int? {
    switch scheme {
    case .legacySeeds(let base): 1 << 32 - Int(base)
    case .legacySeedList(let seeds): seeds.count
    default: nil
    }
  }

  /// The generator's name; that of a type from outside Apus begins with "custom".
  public var generator: String {
    switch scheme {
    case .philox, .substreams: Philox4x64.name
    case .numpySpawn(_, _, let generator): generator
    case .legacySeeds, .legacySeedList: MT19937.name
    case .rStreams, .rMclapply, .rFutureSeeds: "MRG32k3a"
    }
  }

  /// The information needed to repeat the run.
  public var description: String {
    switch scheme {
    case .philox(let value, let spawnKey): "seed \(value), spawn key \(spawnKey)"
    case .substreams(let key, let counter, _): "sub-streams of key \(key), counter \(counter)"
    case .numpySpawn(let value, let spawnKey, let generator):
      "\(generator) spawned from seed \(value), spawn key \(spawnKey)"
    case .legacySeeds(let base): "legacy seeds from \(base)"
    case .legacySeedList(let seeds): "a list of \(seeds.count) legacy seeds"
    case .rStreams(let seed): "R's streams of set.seed(\(seed))"
    case .rMclapply(let seed): "mclapply's streams of set.seed(\(seed))"
    case .rFutureSeeds(let seed): "future.apply's streams of future.seed = \(seed)"
    }
  }
}
