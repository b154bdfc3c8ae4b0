// Part of Apus, Apache-2.0. See LICENSE.
package import ApusWire

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The system's clocks: one that only goes forward, and the date.
package struct MonotonicClock: Sendable {
  package init() {}

  /// The current time on a scale that never goes back and starts anywhere.
  package var now: Instant { Instant(nanoseconds: Self.read(CLOCK_MONOTONIC)) }

  /// The current date.
  package var date: WireDate { WireDate(microseconds: Self.read(CLOCK_REALTIME) / 1000) }

  private static func read(_ clock: clockid_t) -> Int {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int(time.tv_sec) * 1_000_000_000 + Int(time.tv_nsec)
  }
}
