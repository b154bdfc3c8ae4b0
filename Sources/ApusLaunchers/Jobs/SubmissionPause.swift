// Part of Apus, Apache-2.0. See LICENSE.
package import ApusTransport

/// When a job may be submitted again after a scheduler has refused one; a value without side effects.
package struct SubmissionPause: Sendable {
  private static let first = Duration.seconds(2)
  /// The longest pause, however long the scheduler refuses.
  private static let longest = Duration.seconds(300)

  private var pause = first
  private var next = Instant()

  package init() {}

  package func isDue(now: Instant) -> Bool { next <= now }

  /// Notes an attempt; each that fails doubles the pause before the next.
  package mutating func tried(_ succeeded: Bool, now: Instant) {
    guard !succeeded else {
      self = SubmissionPause()
      return
    }
    next = now + pause
    pause = min(pause * 2, Self.longest)
  }
}
