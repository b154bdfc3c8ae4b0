// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What all processes of the machine, and this one, have had of its cores so far.
struct MachineLoad: Sendable, Hashable {
  /// Seconds of a clock.
  var clock: Double
  /// Seconds of cores that were busy, by whatever process.
  var busy: Double
  /// Seconds of cores that this process had.
  var own: Double

  /// Cores that other processes had since an earlier moment: 0.1 is a tenth of one.
  func others(since earlier: MachineLoad) -> Double {
    let seconds = clock - earlier.clock
    guard seconds > 0 else { return 0 }
    return max(0, (busy - earlier.busy) - (own - earlier.own)) / seconds
  }

  /// Seconds of busy cores in Linux's `/proc/stat`: user, nice, system and interrupts, of its first line.
  static func busySeconds(statistics: String, ticksPerSecond: Double) -> Double? {
    let line = statistics.prefix { $0 != "\n" }.split(separator: " ")
    guard line.first == "cpu", line.count > 7 else { return nil }
    let fields = [1, 2, 3, 6, 7].compactMap { Double(line[$0]) }
    return fields.count == 5 ? fields.reduce(0, +) / ticksPerSecond : nil
  }

  /// Now, or nil where the system does not tell.
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
