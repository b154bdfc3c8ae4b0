// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The processor time that all processes of the machine, and this one, have used so far.
struct MachineLoad: Sendable, Hashable {
  /// Seconds of a monotonic clock.
  var clock: Double
  /// Core-seconds used by all processes.
  var busy: Double
  /// Core-seconds used by this process.
  var own: Double

  /// The number of cores that other processes have used on average since an earlier moment; 0.1 is a tenth of
  /// one.
  func others(since earlier: MachineLoad) -> Double {
    let seconds = clock - earlier.clock
    guard seconds > 0 else { return 0 }
    return max(0, (busy - earlier.busy) - (own - earlier.own)) / seconds
  }

  /// Busy core-seconds from the first line of Linux's `/proc/stat`: user, nice, system and interrupts.
  static func busySeconds(statistics: String, ticksPerSecond: Double) -> Double? {
    let line = statistics.prefix { $0 != "\n" }.split(separator: " ")
    guard line.first == "cpu", line.count > 7 else { return nil }
    let fields = [1, 2, 3, 6, 7].compactMap { Double(line[$0]) }
    return fields.count == 5 ? fields.reduce(0, +) / ticksPerSecond : nil
  }

  /// The load now, or nil where the system does not report it.
  static var current: MachineLoad? {
    guard let text = CalibrationFiles.text("/proc/stat"),
      let busy = busySeconds(
        statistics: text, ticksPerSecond: Double(max(1, sysconf(Int32(_SC_CLK_TCK)))))
    else { return nil }
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return MachineLoad(
      clock: CallTimer.clock, busy: busy, own: Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9)
  }
}
