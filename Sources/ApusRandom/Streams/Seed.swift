// Part of Apus, Apache-2.0. See LICENSE.

/// The root of all random numbers of an analysis, from which every map takes its own streams.
///
/// Make one seed per analysis and let each map take its streams from it. The first map gets place
/// 1 of the seed's tree, the second place 2: no two maps share numbers, and the same program gets
/// the same places each time. A seed cannot be copied, so two parts of a program cannot hand out
/// the same places by accident. (A second `Seed(42)` starts again at place 1: that is how a run is
/// repeated.)
///
/// ```swift
/// var seed = Seed(42)
/// let means = xs.parallelMap(streams: seed.streams()) { x, rng in x + rng.normal() }   // place 1
/// let coins = xs.parallelMap(streams: seed.streams()) { _, rng in rng.uniform() < 0.5 } // place 2
/// ```
/// - Reproducibility: streams depend on the seed's value and the order of the calls only.
/// - Compatibility: place `k` is `numpy.random.SeedSequence(seed, spawn_key=(k,))`.
public struct Seed: ~Copyable, Sendable {
  /// The seed's value.
  ///
  /// Give it to ``init(_:)`` to get the same streams again.
  public let value: UInt128
  /// How many maps have taken streams.
  public private(set) var placesTaken: UInt32 = 0

  /// Makes a seed from a number.
  ///
  /// - Parameter value: any unsigned number, also a small one; 42 is as good as 128 random bits.
  public init(_ value: UInt128) {
    self.value = value
  }

  /// A seed of 128 random bits from the operating system.
  ///
  /// Print ``value`` to be able to repeat.
  public static func fromSystem() -> Seed {
    let words = SeedSequence.fromSystem().entropy
    return Seed(words.reversed().reduce(0) { $0 << 32 | UInt128($1) })
  }

  /// Streams for the next map: one per task, provably disjoint from those of every other place.
  ///
  /// - Complexity: O(1).
  /// - Compatibility: task `t` is `Philox(SeedSequence(seed, spawn_key=(place,))).jumped(t)`.
  public mutating func streams() -> Streams<Philox4x64> {
    placesTaken += 1
    return Streams(at: StreamOrigin(seed: value, place: [placesTaken]))
  }

  /// Streams of another generator for the next map, at its own place of the tree.
  ///
  /// ```swift
  /// let streams = seed.streams(of: PCG64.self)
  /// ```
  /// - Complexity: O(1) a stream, about a microsecond; MT19937 O(624).
  /// - Compatibility: task `t` is `PCG64(SeedSequence(seed, spawn_key=(place, t)))`. Within
  ///   a map guarantees are those of ``Streams/numpySpawn(_:of:)``; two of k tasks of different maps have
  ///   the same 128-bit seed with probability k² / 2¹²⁹.
  public mutating func streams<Generator: SeedableGenerator>(
    of generator: Generator.Type
  ) -> Streams<Generator> {
    placesTaken += 1
    return Streams<Generator>.spawned(value, place: [placesTaken])
  }
}
