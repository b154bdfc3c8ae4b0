// Part of Apus, Apache-2.0. See LICENSE.
import ApusProcess
package import ApusTransport

/// Decides whether and when an engine that has died is started again.
///
/// Each start that ends soon doubles the delay before the next, and after a few of them in a row the engine is given up,
/// so that a broken one is not started for ever. A pure value.
package struct RestartPolicy: Sendable {
  /// An engine that ran shorter than this has failed to start.
  package static let shortRun = Duration.seconds(30)
  /// The most starts in a row that may fail.
  package static let maximumFailures = 5
  /// The delay after the first failure, and the longest between attempts to reach a host again.
  package static let firstDelay = Duration.seconds(1)
  package static let longestDelay = Duration.seconds(30)

  private struct History {
    var started: Instant
    var failures = 0
    /// How often its host was lost since it last ran for some time.
    var losses = 0
  }

  private var histories: [Int: History] = [:]
  private var due: [Int: Instant] = [:]

  package init() {}

  /// Notes that an engine was started.
  package mutating func started(_ index: Int, now: Instant) {
    histories[index, default: History(started: now)].started = now
    due[index] = nil
  }

  /// Notes that an engine has died.
  ///
  /// - Returns: the delay before it is started again; nil if it is given up.
  package mutating func died(_ index: Int, now: Instant) -> Duration? {
    var history = histories[index] ?? History(started: now)
    let isShort = history.started.duration(to: now) < Self.shortRun
    history.failures = isShort ? history.failures + 1 : 0
    if !isShort { history.losses = 0 }
    histories[index] = history
    guard history.failures <= Self.maximumFailures else { return nil }
    let delay =
      history.failures == 0 ? .zero : Self.firstDelay * (1 << (history.failures - 1))
    due[index] = now + delay
    return delay
  }

  /// Notes that the host of an engine was lost, which may be booting: it is tried again for as long as it takes.
  package mutating func lostHost(_ index: Int, now: Instant) {
    var history = histories[index] ?? History(started: now)
    let isShort = history.started.duration(to: now) < Self.shortRun
    history.losses = isShort ? min(history.losses + 1, 8) : 1
    histories[index] = history
    due[index] = now + min(Self.longestDelay, Self.firstDelay * (1 << (history.losses - 1)))
  }

  /// Whether an engine that ends now was started on a host that had been lost, and may not be ready yet.
  package func isOnReturningHost(_ index: Int, now: Instant) -> Bool {
    guard let history = histories[index], history.losses > 0 else { return false }
    return history.started.duration(to: now) < Self.shortRun
  }

  /// When the next engine must be started.
  package var next: Instant? { due.values.min() }

  /// Removes and returns the engines that must be started now.
  package mutating func takeDue(now: Instant) -> [Int] {
    let indices = due.filter { $0.value <= now }.keys.sorted()
    for index in indices { due[index] = nil }
    return indices
  }
}
