// Part of Apus, Apache-2.0. See LICENSE.

/// One independent generator per task: the stream of task `t` depends only on the origin of the streams and
/// on `t`.
///
/// It does not depend on the number of workers, on chunks, order or retries. Streams come from
/// ``Seed/streams()``; a map consumes them, and the compiler refuses to give them to a second map. The static
/// methods ``numpySpawn(_:of:)``, ``legacySeeds(from:)``, ``rStreams(setSeed:)``, ``rMclapply(setSeed:)`` and
/// ``rFutureSeeds(setSeed:)`` reproduce the usual schemes of NumPy and R.
///
/// ```swift
/// var seed = Seed(42)
/// let streams = seed.streams()
/// print(streams.origin.reproducingLine(task: 7))   // task 7 in NumPy
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

  /// The generator of one task, in its initial state; only for this package, which never also gives the same
  /// streams to a map.
  package subscript(task: Int) -> Generator { make(task) }

  /// Turns the streams into a source from which a loop of your own can take generators.
  ///
  /// No map can use the streams afterwards.
  public consuming func makeSource() -> StreamSource<Generator> {
    StreamSource(origin: origin, make: make)
  }
}
