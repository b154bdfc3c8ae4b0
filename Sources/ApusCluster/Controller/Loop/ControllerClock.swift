// Part of Apus, Apache-2.0. See LICENSE.
package import ApusWire

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The clocks of a controller: nanoseconds that only go forward, and the date.
package enum ControllerClock {
  package static var nanoseconds: Int { read(CLOCK_MONOTONIC) }

  package static var date: WireDate { WireDate(microseconds: read(CLOCK_REALTIME) / 1000) }

  private static func read(_ clock: clockid_t) -> Int {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int(time.tv_sec) * 1_000_000_000 + Int(time.tv_nsec)
  }
}
