// Part of Apus, Apache-2.0. See LICENSE.

/// One independent generator per task: the stream of task `t` depends on where the streams come
/// from and on `t`, on nothing else.
///
/// Not on the number of workers, chunks, order or retries. Streams come from ``Seed/streams()``;
/// a map consumes them, and the compiler refuses to give them to a second map.
///
/// ```swift
/// var seed = Seed(42)
/// let streams = seed.streams()
/// print(streams.origin.numpyLine(task: 7))   // task 7 in NumPy
/// let means = xs.parallelMap(streams: streams) { x, rng in x + rng.normal() }
/// ```
public struct Streams<Generator: BitGenerator>: ~Copyable, Sendable {
  /// Where these streams come from.
  public let origin: StreamOrigin
  private let make: @Sendable (Int) -> Generator

  init(origin: StreamOrigin, make: @escaping @Sendable (Int) -> Generator) {
    self.origin = origin
    self.make = make
  }

  /// The generator of one task, at its start: for this package, which does not give the same
  /// streams to a map as well.
  package subscript(task: Int) -> Generator { make(task) }

  /// Gives up the streams for a form that a loop of your own can take generators from.
  ///
  /// No map can have them afterwards.
  public consuming func source() -> StreamSource<Generator> {
    StreamSource(origin: origin, make: make)
  }
}

/// What a map, or a loop of your own, holds after it has consumed ``Streams``.
///
/// Copyable, so take it only inside of a map.
public struct StreamSource<Generator: BitGenerator>: Sendable {
  /// Where the streams come from.
  public let origin: StreamOrigin
  private let make: @Sendable (Int) -> Generator

  init(origin: StreamOrigin, make: @escaping @Sendable (Int) -> Generator) {
    self.origin = origin
    self.make = make
  }

  /// The generator of one task, at its start.
  ///
  /// - Parameter task: the index, at least 0.
  /// - Complexity: O(1) for Philox; O(624) for MT19937.
  public subscript(task: Int) -> Generator {
    precondition(task >= 0, "Tasks are numbered from 0; there is no stream of task \(task).")
    return make(task)
  }
}

extension Streams where Generator == Philox4x64 {
  /// The streams of an earlier run, to reproduce it.
  ///
  /// - Parameter origin: as reported with a result. Legacy seeds are a mistake here.
  public init(at origin: StreamOrigin) {
    switch origin.scheme {
    case .seed(let value, let place):
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
    case .legacySeeds:
      preconditionFailure("Legacy seeds are streams of MT19937: use Streams.legacySeeds(from:).")
    }
  }
}

extension Streams where Generator == MT19937 {
  /// What scripts with `numpy.random.seed(i)` in task `i` do: kept to repeat their results.
  ///
  /// - Parameter base: the seed of task 0; task `t` has `base + t`, which must stay below 2³².
  /// - Compatibility: `numpy.random.RandomState(base + t)`, NumPy 2.4 and all before.
  /// - Reproducibility: fixed seeds; two maps with the same base draw the same numbers. Overlap of
  ///   `k` streams of `n` words has probability about k²n / 2¹⁹⁹³⁷; nothing is proved.
  public static func legacySeeds(from base: UInt32) -> Streams<MT19937> {
    Streams(origin: StreamOrigin(.legacySeeds(base))) { task in
      guard let seed = UInt32(exactly: Int(base) + task) else {
        preconditionFailure("Task \(task) has no legacy seed: \(base) + \(task) is above 2^32 - 1.")
      }
      return MT19937(legacySeed: seed)
    }
  }
}
