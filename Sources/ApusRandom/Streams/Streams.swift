// Part of Apus, Apache-2.0. See LICENSE.

/// One independent generator per task: the stream of task `t` depends on where the streams come
/// from and on `t`, on nothing else.
///
/// Not on the number of workers, chunks, order or retries. Streams come from ``Seed/streams()``;
/// a map consumes them, and the compiler refuses to give them to a second map. Others have a name:
/// ``numpySpawn(_:of:)``, ``legacySeeds(from:)``, ``rStreams(setSeed:)``, ``rMclapply(setSeed:)`` and
/// ``rFutureSeeds(setSeed:)`` repeat what people do in NumPy and R.
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
