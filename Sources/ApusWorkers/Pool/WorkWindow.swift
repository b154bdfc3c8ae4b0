// Part of Apus, Apache-2.0. See LICENSE.

/// How many tasks a worker may have at a time: one if tasks are long, more while it runs dry, never more than a millisecond's
/// worth.
struct WorkWindow: Sendable {
  static let largest = 256
  /// Nanoseconds of work that may wait at a worker.
  static let work = 1_000_000

  private(set) var size = 1
  private var mean = 0

  /// Learns from a result: how long its task took, and whether the worker has nothing left to do.
  mutating func learn(nanoseconds: Int, ranDry: Bool) {
    mean = mean == 0 ? nanoseconds : mean + (nanoseconds - mean) / 8
    let fitting = Self.work / max(1, mean)
    if ranDry { size *= 2 }
    size = max(1, min(size, fitting, Self.largest))
  }
}
