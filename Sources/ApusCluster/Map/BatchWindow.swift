// Part of Apus, Apache-2.0. See LICENSE.

/// How many tasks a batch for an engine has, and how many batches are on their way at a time; a value without side effects.
///
/// A batch holds some milliseconds of work, so that what a message costs does not matter; a second one is sent ahead, so that
/// the engine never waits for the network, unless tasks are long.
struct BatchWindow: Sendable {
  /// Nanoseconds of work of each worker in a batch.
  static let work = 20_000_000
  static let largest = 16_384
  /// A message with more bytes has no more tasks.
  static let longestBatch = 1 << 20
  /// The bytes of the answers to a batch, more or less.
  static let mostBytes = 8 << 20
  /// A task that takes longer, in nanoseconds, has none sent ahead.
  static let longTask = 10_000_000

  /// The number of worker processes of the engine.
  let workers: Int
  /// The number of tasks of the next batch.
  private(set) var size = 1
  /// What a task takes, in nanoseconds; 0 before anything is known.
  private(set) var mean = 0

  /// The most tasks of a batch.
  let largest: Int

  init(workers: Int, largest: Int? = nil) {
    (self.workers, self.largest) = (max(1, workers), largest ?? Self.largest)
  }

  /// The number of batches that may be on their way.
  var batches: Int {
    if mean == 0 || mean >= Self.longTask { return (workers + size - 1) / size }
    if size < workers { return 2 * workers }
    // What does not fit into one batch is sent in several.
    return size < largest ? 2 : max(2, min(64, Self.work * workers / (mean * size)))
  }

  /// Learns from the answers to a batch: how long its tasks took together.
  ///
  /// - Parameter byteCount: the bytes of the answers.
  mutating func learn(nanoseconds: Int, tasks: Int, byteCount: Int) {
    guard tasks > 0 else { return }
    let most = max(1, Self.mostBytes / max(1, byteCount / tasks))
    let own = max(1, nanoseconds / tasks)
    mean = mean == 0 ? own : (own > mean ? own : mean + (own - mean) / 4)
    size = max(1, min(Self.work * workers / mean, 4 * size, largest, most))
  }
}
