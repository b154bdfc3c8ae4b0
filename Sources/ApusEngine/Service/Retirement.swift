// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport

/// When an engine begins nothing more, because its allocation ends or because it was told so; a value without side effects.
///
/// In the last minute of an allocation, or the last tenth of a short one, it only ends what it has begun; before, it takes no
/// task that is said to last longer than the allocation.
struct Retirement: Sendable {
  private static let longestMargin = Duration.seconds(60)

  /// The end of the allocation; nil if it is not known.
  private let end: Instant?
  private let margin: Duration
  private var isWarned = false

  /// - Parameter left: the time that the allocation still has; nil if it is not known.
  init(left: Duration?, now: Instant) {
    end = left.map { now + max(.zero, $0) }
    margin = min(Self.longestMargin, max(.zero, left ?? .zero) / 10)
  }

  /// Notes that the engine was told to begin nothing more.
  mutating func warn() { isWarned = true }

  /// Whether the engine begins nothing more.
  func isDue(now: Instant) -> Bool {
    isWarned || end.map { $0 <= now + margin } ?? false
  }

  /// The time in which tasks may end; nil if nothing is known of an end.
  func left(now: Instant) -> Duration? {
    if isDue(now: now) { return .zero }
    return end.map { now.duration(to: $0) }
  }

  /// Whether a task may begin.
  ///
  /// - Parameter expected: how long it is said to last.
  func mayBegin(lasting expected: Duration?, now: Instant) -> Bool {
    if isDue(now: now) { return false }
    guard let end, let expected else { return true }
    return now + expected <= end
  }
}
