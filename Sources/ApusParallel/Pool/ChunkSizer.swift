// Part of Apus, Apache-2.0. See LICENSE.

/// The number of tasks a worker takes at a time: few enough to balance the load, enough to keep the
/// overhead low.
///
/// A worker starts with one task per chunk, or some microseconds' worth if such loops have run before, and takes more as long as its chunks stay short; no chunk
/// has more than an eighth of a worker's share of the remaining tasks (guided self-scheduling,
/// Polychronopoulos and Kuck 1987), so the last ones are small. The target time per chunk bounds how
/// long a cancellation or a progress update is delayed, and heavy tasks at the front cannot all end
/// up in one worker's first chunk. Chunks never change a result: every task has its own index,
/// result slot and stream.
struct ChunkSizer: Sendable {
  /// The target time of a chunk, in nanoseconds.
  static let target = 400_000
  /// The number of chunks of the least size that last as long as one of the target's.
  static let leastPerTarget = 200
  /// The largest factor by which the size grows from one chunk to the next.
  static let growth = 16

  private(set) var size: Int
  /// The size from which on a chunk is worth the trouble to take it.
  private var least = 1
  private let fixed: Int?

  /// Makes a sizer.
  ///
  /// - Parameters:
  ///   - fixed: the size of every chunk; by default it adapts.
  ///   - first: the size of the first chunk.
  init(fixed: Int? = nil, first: Int = 1) {
    self.fixed = fixed
    size = first
  }

  /// Returns the size of a first chunk, for `count` tasks that are expected to take `nanoseconds` on one thread: it is worth
  /// the trouble to take it, but far below the target, because the expectation may be wrong.
  static func first(count: Int, nanoseconds: Int) -> Int {
    max(1, min(count, 5_000 * count / max(1, nanoseconds)))
  }

  /// Returns the size of the next chunk when `left` tasks are left.
  func next(left: Int, workers: Int) -> Int {
    // Nor do chunks become so small that taking them costs as much as their tasks, if that leaves some for each worker.
    let enough = min(least, left / (2 * workers))
    return fixed ?? max(1, enough, min(size, left / (8 * workers)))
  }

  /// Adapts the size to a chunk of `count` tasks that took `nanoseconds`.
  mutating func record(count: Int, nanoseconds: Int) {
    let fitting = count * Self.target / max(1, nanoseconds)
    least = max(1, min(size, fitting / Self.leastPerTarget))
    size = max(1, min(fitting, size * Self.growth))
  }
}
