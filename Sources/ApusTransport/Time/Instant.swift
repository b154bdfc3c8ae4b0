// Part of Apus, Apache-2.0. See LICENSE.

/// A point in time of a clock that only goes forward, to the nanosecond.
///
/// State machines take it as an argument, so that tests decide what time it is.
package struct Instant: Comparable, Sendable, Hashable {
  /// Nanoseconds since a start that the clock chooses.
  package let nanoseconds: Int

  package init(nanoseconds: Int = 0) { self.nanoseconds = nanoseconds }

  /// The point in time after a duration, at most the distant future.
  package static func + (instant: Instant, duration: Duration) -> Instant {
    let (sum, isOver) = instant.nanoseconds.addingReportingOverflow(duration.nanoseconds)
    return Instant(nanoseconds: isOver ? (duration < .zero ? .min : .max) : sum)
  }

  package func duration(to other: Instant) -> Duration {
    .nanoseconds(other.nanoseconds - nanoseconds)
  }

  package static func < (a: Instant, b: Instant) -> Bool { a.nanoseconds < b.nanoseconds }

  /// A time that never comes.
  package static let distantFuture = Instant(nanoseconds: .max)
}

extension Duration {
  /// Whole milliseconds, rounded toward zero.
  package var milliseconds: Int { nanoseconds / 1_000_000 }

  /// Whole nanoseconds, limited to about 292 years.
  package var nanoseconds: Int {
    let most = Int64.max / 1_000_000_000 - 1
    let (seconds, attoseconds) = components
    if seconds > most || seconds < -most { return Int(seconds > 0 ? most : -most) * 1_000_000_000 }
    return Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
  }

  /// Seconds as a number.
  package var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) / 1e18
  }
}
