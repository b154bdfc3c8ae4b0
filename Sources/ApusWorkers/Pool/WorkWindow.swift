// Part of Apus, Apache-2.0. See LICENSE.

/// How many tasks a worker may have at a time: one if tasks are long, two if they take some milliseconds, more while it runs
/// dry, never more than a millisecond's worth.
struct WorkWindow: Sendable {
  static let largest = 4096
  /// Nanoseconds of work that may wait at a worker.
  static let work = 1_000_000

  /// A task that takes longer, in nanoseconds, has none waiting behind it.
  static let longTask = 10_000_000

  private(set) var size = 1

  /// The same for a worker that may be replaced after any task, or has one at a time.
  func size(_ options: TaskOptions) -> Int {
    options.replacementMemory == nil && !options.givesSingly ? size : 1
  }

  private var mean = 0

  /// Whether results follow so soon on each other that a thread that waits for one should not sleep.
  var isQuick: Bool { mean < Spin.quickTask }

  /// Whether several results come within a millisecond, so that not each of them is worth waking for.
  var isSteady: Bool { mean < Self.work / 2 }

  /// Learns from a result: how long its task took, and whether the worker has nothing left to do.
  mutating func learn(nanoseconds: Int, ranDry: Bool) {
    mean = mean == 0 ? nanoseconds : mean + (nanoseconds - mean) / 8
    if ranDry { size = min(2 * size, Self.largest) }
    if size * mean > Self.work {
      size = max(1, min(size, max(Self.work / mean, mean < Self.longTask ? 2 : 1)))
    }
  }
}
