// Part of Apus, Apache-2.0. See LICENSE.

/// When something that changes is to be written: at once, but for at most a twentieth of the time.
///
/// A pure value; times are nanoseconds.
package struct SavingPace: Sendable {
  /// How many times as long as a write took there is rest after it.
  package static let rest = 20

  /// The most nanoseconds of rest.
  package static let longestRest = 5_000_000_000

  /// When it is to be written next; nil if nothing has changed.
  package private(set) var next: Int?
  private var earliest = Int.min

  package init() {}

  package mutating func changed(now: Int) { next = next ?? max(now, earliest) }

  /// What has changed is to be written now.
  package mutating func hurryUp(now: Int) { if next != nil { next = now } }

  package func isDue(now: Int) -> Bool { next.map { $0 <= now } ?? false }

  package mutating func saved(now: Int, taking duration: Int) {
    next = nil
    earliest = now + min((Self.rest + 1) * max(0, duration), Self.longestRest)
  }
}
