// Part of Apus, Apache-2.0. See LICENSE.

/// Where the streams of a map came from: enough to make any of them again, here or in NumPy.
///
/// Results that used random numbers carry one. ``numpyLine(task:)`` prints the Python expression
/// that gives the same generator.
public struct StreamOrigin: Sendable, Hashable, CustomStringConvertible {
  enum Scheme: Sendable, Hashable {
    /// Philox keyed by a seed sequence, task number in the counter.
    case seed(UInt128, place: [UInt32])
    /// Philox with one word of the counter counting up: sub-streams of one task (word 1) or of one
    /// of its sub-streams (word 3).
    case substreams(key: [UInt64], counter: [UInt64], word: Int)
    /// NumPy's legacy seeding, task number added to the seed.
    case legacySeeds(UInt32)
  }

  let scheme: Scheme

  /// The streams of a seed at a place of its tree.
  ///
  /// - Parameters:
  ///   - seed: the seed's value.
  ///   - place: `[k]` for the `k`-th map of a ``Seed``, counted from 1; `[]` for the root itself,
  ///     that is the plain `SeedSequence(seed)`.
  public init(seed: UInt128, place: [UInt32]) {
    self.scheme = .seed(seed, place: place)
  }

  init(_ scheme: Scheme) {
    self.scheme = scheme
  }

  /// The seed's value, if the streams are those of a seed.
  public var seed: UInt128? {
    if case .seed(let value, _) = scheme { value } else { nil }
  }

  /// One line of Python that makes the bit generator of task `task` with `numpy.random`.
  ///
  /// - Parameter task: the task's index, at least 0.
  public func numpyLine(task: Int) -> String {
    switch scheme {
    case .seed(let value, let place):
      let key = place.isEmpty ? "" : ", spawn_key=(\(place.map { "\($0)," }.joined()))"
      return "numpy.random.Philox(numpy.random.SeedSequence(\(value)\(key))).jumped(\(task))"
    case .substreams(let key, let counter, let word):
      var words = counter
      words[word] &+= UInt64(task)
      return "numpy.random.Philox(key=\(key), counter=\(words))"
    case .legacySeeds(let base):
      return "numpy.random.RandomState(\(UInt64(base) + UInt64(task)))._bit_generator"
    }
  }

  /// What to write down to repeat the run.
  public var description: String {
    switch scheme {
    case .seed(let value, let place): "seed \(value), place \(place)"
    case .substreams(let key, let counter, _): "sub-streams of key \(key), counter \(counter)"
    case .legacySeeds(let base): "legacy seeds from \(base)"
    }
  }
}
