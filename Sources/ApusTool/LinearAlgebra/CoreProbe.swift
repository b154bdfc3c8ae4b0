// Part of Apus, Apache-2.0. See LICENSE.
import Apus

/// Finds out whether each thread has the full speed of a core at this moment.
///
/// The processors of a virtual machine are threads of the host, which may put two of them on one core, or
/// give half of it to another machine: then two threads are no faster than one, and nothing but timing shows
/// it.
struct CoreProbe {
  /// A thread that is slower by this factor while the others run shares its core.
  static let tolerance = 1.12
  /// The share of the work that must have been done while all threads ran for a probe to count.
  static let overlap = 0.5
  /// The number of consecutive probes that did not count after which the cores are taken to be busy.
  static let attempts = 10

  private let threads: Int
  /// The shortest time, in seconds, that one thread alone took.
  private let alone: Double

  /// Times one thread alone for 0.3 s, so that the core is free in at least one of the runs.
  init(threads: Int) {
    self.threads = threads
    var (least, all) = (Double.infinity, 0.0)
    while all < 0.3 {
      let seconds = Self.work().seconds
      (least, all) = (min(least, seconds), all + seconds)
    }
    alone = least
  }

  /// Whether all threads at once are as fast as one alone.
  ///
  /// Takes about half a millisecond.
  func allAreFree() -> Bool {
    for _ in 0..<Self.attempts {
      let runs = (0..<threads).parallelMap(workers: threads, chunk: 1) { _ in Self.work() }
      let slowest = runs.map(\.seconds).max() ?? 0
      guard let begin = runs.map(\.begin).max(), let end = runs.map(\.end).min() else {
        return true
      }
      if slowest > Self.tolerance * alone { return false }
      if begin.duration(to: end) / .seconds(1) >= Self.overlap * alone { return true }
    }
    return false
  }

  private struct Run: Sendable {
    let begin: ContinuousClock.Instant
    let end: ContinuousClock.Instant
    var seconds: Double { begin.duration(to: end) / .seconds(1) }
  }

  /// Times multiplications and additions in registers that keep a core's arithmetic units busy.
  private static func work() -> Run {
    let clock = ContinuousClock()
    let begin = clock.now
    let (scale, shift) = (SIMD2<Double>(repeating: 0.999_999), SIMD2<Double>(repeating: 1e-6))
    var (a, b, c, d) = (shift, scale, shift, scale)
    var (e, f, g, h) = (scale, shift, scale, shift)
    for _ in 0..<100_000 {
      a = a * scale + shift
      b = b * scale + shift
      c = c * scale + shift
      d = d * scale + shift
      e = e * scale + shift
      f = f * scale + shift
      g = g * scale + shift
      h = h * scale + shift
    }
    let sum = (a + b + c + d + e + f + g + h).sum()
    precondition(sum.isFinite)
    return Run(begin: begin, end: clock.now)
  }
}
