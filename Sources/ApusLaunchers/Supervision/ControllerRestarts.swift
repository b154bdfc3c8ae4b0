// Part of Apus, Apache-2.0. See LICENSE.
package import ApusTransport

/// Decides whether and when a controller that has died is started again; a pure value.
///
/// Each one that dies soon doubles the delay before the next; after some of them in a row there is no other.
package struct ControllerRestarts: Sendable {
  /// A controller that ran shorter than this has died soon.
  package static let shortRun = Duration.seconds(1)
  /// The most in a row that may die soon.
  package static let maximumFailures = 6
  package static let firstDelay = Duration.milliseconds(100)

  /// Since when it is ready; nil before.
  private var readySince: Instant?
  private var failures = 0
  private var deaths = 0
  /// When the next one must be started; nil if one runs, or none is to follow.
  package private(set) var due: Instant?

  package init() {}

  /// Notes that one was started.
  package mutating func started() {
    (readySince, due) = (nil, nil)
  }

  /// Notes that it is ready.
  package mutating func ready(now: Instant) { readySince = now }

  /// Whether engines may still be on their way back to one that has taken the place of another.
  package func isSettling(now: Instant) -> Bool {
    deaths > 0 && readySince.map { $0.duration(to: now) < .seconds(10) } ?? true
  }

  /// Notes that one has died.
  ///
  /// - Returns: false if none is to follow.
  package mutating func died(now: Instant) -> Bool {
    deaths += 1
    let ran = readySince.map { $0.duration(to: now) } ?? .zero
    failures = ran < Self.shortRun ? failures + 1 : 0
    guard failures <= Self.maximumFailures else { return false }
    due = now + (failures == 0 ? .zero : Self.firstDelay * (1 << (failures - 1)))
    return true
  }
}
