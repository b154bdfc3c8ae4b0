// Part of Apus, Apache-2.0. See LICENSE.
import ApusProcess

/// Keeps the logs of processes within a size.
///
/// The processes write to their logs themselves, so that they go on if the launcher dies; the launcher looks at the sizes
/// from time to time, and more often while one grows fast.
struct LogLimiter {
  /// The size from which on a log is rotated, in bytes.
  static let longest = 16 << 20
  /// How much of it is kept in the second file, in bytes.
  static let kept = 1 << 20
  /// The growth between two looks that calls for the next one soon, in bytes.
  private static let rush = 1 << 20

  private var sizes: [String: Int] = [:]

  /// Rotates the logs that have become too large.
  ///
  /// - Returns: after which time to look again.
  mutating func check(_ logs: [String]) -> Duration {
    var isRushing = false
    for log in logs {
      var size = LogFile.size(of: log)
      if size - sizes[log, default: 0] > Self.rush { isRushing = true }
      if size > Self.longest, LogFile.rotate(log, keeping: Self.kept) { size = 0 }
      sizes[log] = size
    }
    return isRushing ? .milliseconds(50) : .seconds(1)
  }
}
