// Part of Apus, Apache-2.0. See LICENSE.

/// How many of something there are in a second, over the last ten seconds; a value without side effects.
package struct RecentRate: Sendable, Hashable {
  private static let span = 10

  private var counts = [Int](repeating: 0, count: span)
  private var second: Int
  private let start: Int

  package init(now: Instant) {
    second = now.nanoseconds / 1_000_000_000
    start = second
  }

  /// Notes some that have happened.
  package mutating func add(_ count: Int, now: Instant) {
    move(to: now)
    counts[second % Self.span] += count
  }

  /// The count in a second, over the last ten or as long as there has been something to count.
  package func value(now: Instant) -> Double {
    var moved = self
    moved.move(to: now)
    let seconds = min(Self.span, max(1, moved.second - start + 1))
    return Double(moved.counts.reduce(0, +)) / Double(seconds)
  }

  private mutating func move(to now: Instant) {
    let next = now.nanoseconds / 1_000_000_000
    for passed in 0..<min(Self.span, max(0, next - second)) {
      counts[(next - passed) % Self.span] = 0
    }
    second = max(second, next)
  }
}
