// Part of Apus, Apache-2.0. See LICENSE.

/// The root of all random numbers of an analysis, from which every map takes its own streams.
///
/// Make one seed per analysis and let each map take its streams from it. The first map gets spawn key 1, the
/// second spawn key 2, so no two maps share numbers, and the same program gets the same streams every time. A
/// seed cannot be copied, so two parts of a program cannot take the same streams by accident. (A second
/// `Seed(42)` starts again at spawn key 1: that is how to repeat a run.)
///
/// ```swift
/// var seed = Seed(42)
/// let means = xs.parallelMap(streams: seed.streams()) { x, rng in x + rng.normal() }   // key 1
/// let coins = xs.parallelMap(streams: seed.streams()) { _, rng in rng.uniform() < 0.5 } // key 2
/// ```
/// A function that runs maps of its own takes its caller's seed `inout`, and so never repeats the caller's numbers:
///
/// ```swift
/// func study(of xs: [Double], seed: inout Seed) -> [Double] {
///   xs.parallelMap(streams: seed.streams()) { x, rng in x + rng.normal() }
/// }
/// let first = study(of: xs, seed: &seed)
/// let second = study(of: xs, seed: &seed)   // other numbers
/// ```
/// - Reproducibility: streams depend only on the seed's value and the order of the calls.
/// - Compatibility: the `k`-th map uses `numpy.random.SeedSequence(seed, spawn_key=(k,))`.
public struct Seed: ~Copyable, Sendable {
  /// The seed's value.
  ///
  /// Give it to ``init(_:)`` to get the same streams again.
  public let value: UInt128
  /// The number of maps that have taken streams, which is also the last spawn key.
  public private(set) var mapCount: UInt32 = 0

  /// Makes a seed from a number.
  ///
  /// - Parameter value: any unsigned number; a small one such as 42 is as good as 128 random bits.
  public init(_ value: UInt128) {
    self.value = value
  }

  /// A seed of 128 random bits from the operating system.
  ///
  /// Print ``value`` to be able to repeat the run.
  public static func fromSystem() -> Seed {
    let words = SeedSequence.fromSystem().entropy
    return Seed(words.reversed().reduce(0) { $0 << 32 | UInt128($1) })
  }

  /// Streams for the next map: one per task, provably disjoint from those of every other map.
  ///
  /// - Complexity: O(1).
  /// - Compatibility: task `t` of map `k` is `Philox(SeedSequence(seed, spawn_key=(k,))).jumped(t)`.
  public mutating func streams() -> Streams<Philox4x64> {
    mapCount += 1
    return Streams(at: StreamOrigin(seed: value, spawnKey: [mapCount]))
  }

  /// Not available: a seed that no variable keeps would give its next maps the same numbers again.
  @available(
    *, unavailable,
    message:
      "Keep the seed in a variable, so that the next map gets other numbers: var seed = Seed(1)"
  )
  public consuming func streams() -> Never { fatalError("not available") }

  /// Streams of another generator for the next map, under its own spawn key.
  ///
  /// ```swift
  /// let streams = seed.streams(of: PCG64.self)
  /// ```
  /// - Complexity: O(1) per stream, about a microsecond; O(624) for MT19937.
  /// - Compatibility: task `t` of map `k` is `PCG64(SeedSequence(seed, spawn_key=(k, t)))`. Within a map the
  ///   guarantees are those of ``Streams/numpySpawn(_:of:)``; among n tasks of different maps, some pair has
  ///   the same 128-bit seed with probability n² / 2¹²⁹.
  public mutating func streams<Generator: SeedableGenerator>(
    of generator: Generator.Type
  ) -> Streams<Generator> {
    mapCount += 1
    return Streams<Generator>.spawned(value, spawnKey: [mapCount])
  }
}
