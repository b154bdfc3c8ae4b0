// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Times a call of a library and detects whether the process lost a core meanwhile.
struct CallTimer {
  private let start = Self.clock
  private let switches: Int?

  init(looksForDisturbances: Bool) {
    switches = looksForDisturbances ? Self.involuntarySwitches : nil
  }

  /// Seconds of a monotonic clock.
  static var clock: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// The number of involuntary context switches of this process.
  private static var involuntarySwitches: Int {
    var usage = rusage()
    let wholeProcess: Int32 = 0  // RUSAGE_SELF, whose type differs from system to system
    getrusage(wholeProcess, &usage)
    return usage.ru_nivcsw
  }

  var seconds: Double { Self.clock - start }

  var isDisturbed: Bool { switches.map { Self.involuntarySwitches > $0 } ?? false }
}
