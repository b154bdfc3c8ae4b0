// Part of Apus, Apache-2.0. See LICENSE.

/// How many tasks a worker takes at once: few enough to balance, enough to be cheap.
///
/// A worker starts with one task and grows as long as its chunks stay short; no chunk is longer
/// than an eighth of a worker's share of what is left (guided self-scheduling, Polychronopoulos and
/// Kuck 1987), so the last ones are small. The time per chunk bounds how long a cancelled map or a
/// progress bar waits, and heavy tasks at the front cannot fill one worker's first chunk. Chunks
/// never change a result: every task has its own index, place and stream.
struct ChunkSizer: Sendable {
  /// What a chunk aims at, in nanoseconds.
  static let target = 400_000
  /// How much a chunk may grow from one to the next.
  static let growth = 16

  private(set) var size = 1
  private let fixed: Int?

  /// - Parameter fixed: a size that the caller insists on; default none.
  init(fixed: Int? = nil) { self.fixed = fixed }

  /// The size for the next chunk when `left` tasks are not taken yet.
  func next(left: Int, workers: Int) -> Int {
    fixed ?? max(1, min(size, left / (8 * workers)))
  }

  /// Learns from a chunk of `count` tasks that took `nanoseconds`.
  mutating func record(count: Int, nanoseconds: Int) {
    let fitting = count * Self.target / max(1, nanoseconds)
    size = max(1, min(fitting, size * Self.growth))
  }
}
