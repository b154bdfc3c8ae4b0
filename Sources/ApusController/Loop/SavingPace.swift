// Part of Apus, Apache-2.0. See LICENSE.
package import ApusTransport

/// Decides when to write something that changes: at once, but for at most a twentieth of the time.
///
/// A pure value.
package struct SavingPace: Sendable {
  /// The pause after a write, as a multiple of the time that it took.
  package static let pause = 20
  /// The longest pause.
  package static let longestPause = Duration.seconds(5)

  /// When to write next; nil if nothing has changed.
  package private(set) var next: Instant?
  private var earliest: Instant?

  package init() {}

  package mutating func changed(now: Instant) { next = next ?? max(now, earliest ?? now) }

  /// Makes a pending write due at once.
  package mutating func expedite(now: Instant) { if next != nil { next = now } }

  package func isDue(now: Instant) -> Bool { next.map { $0 <= now } ?? false }

  package mutating func saved(now: Instant, taking duration: Duration) {
    next = nil
    earliest = now + min(max(.zero, duration) * (Self.pause + 1), Self.longestPause)
  }

  /// Notes that a write has failed; it is repeated after the longest pause.
  package mutating func failed(now: Instant) {
    next = now + Self.longestPause
    earliest = next
  }
}
