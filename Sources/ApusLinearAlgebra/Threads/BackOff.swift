// Part of Apus, Apache-2.0. See LICENSE.

/// Whether several threads still pay for one operation and size, learned from its own calls.
///
/// A threshold that was measured on an idle machine is wrong while another job holds a core: a thread that
/// has no core lets all others wait for it, and a call of 50 µs becomes one of 4 ms. So calls with several
/// threads are compared with the best on one thread. Three in a row that took more than 1.3 times as long
/// bring a second of rest on one thread, and after it a single call that tries again.
struct BackOff: Sendable, Hashable {
  private enum Phase: Hashable {
    case threaded
    /// The next call is on one thread, to know what that takes.
    case learning
    case resting(until: Double)
    /// The call under way tries several threads again.
    case probing
  }

  /// What a call of several threads may take, in those of one.
  static let patience = 1.3
  /// Slow calls in a row before a rest.
  static let mostLosses = 3
  /// Seconds of a rest.
  static let rest = 1.0
  /// Calls with several threads before one thread is tried even if nothing disturbs them: few if a call is
  /// short.
  static func callsBeforeLearning(seconds: Double) -> Int { seconds < 0.01 ? 4 : 16 }

  private var phase = Phase.threaded
  /// The least seconds of one multiplication on one thread.
  private var one = Double.infinity
  private var last = 0.0
  private var losses = 0
  private var disturbances = 0
  private var calls = 0

  /// Whether it is not known yet what one thread takes, so signs of a busy core are looked for.
  var looksForDisturbances: Bool { one == .infinity }

  /// Whether the next call shall have several threads.
  mutating func wantsThreads(at now: Double) -> Bool {
    switch phase {
    case .threaded, .probing: return true
    case .learning: return false
    case .resting(let end):
      if now < end { return false }
      phase = .probing
      return true
    }
  }

  /// Takes note of a call.
  ///
  /// - Parameters:
  ///   - seconds: what it took.
  ///   - work: its multiplications.
  ///   - isDisturbed: whether the process was driven from a core meanwhile.
  mutating func finished(
    threaded: Bool, seconds: Double, work: Double, isDisturbed: Bool, at now: Double
  ) {
    let cost = seconds / max(work, 1)
    guard threaded else {
      one = min(one, cost)
      if phase == .learning { phase = last > Self.patience * one ? restful(now) : .threaded }
      return
    }
    last = cost
    calls += 1
    if one == .infinity {
      disturbances += isDisturbed ? 1 : 0
      if disturbances >= 2 || calls >= Self.callsBeforeLearning(seconds: seconds) {
        phase = .learning
      }
      return
    }
    let isSlow = cost > Self.patience * one
    losses = isSlow ? losses + 1 : 0
    if isSlow && (phase == .probing || losses >= Self.mostLosses) {
      phase = restful(now)
    } else {
      phase = .threaded
    }
  }

  private mutating func restful(_ now: Double) -> Phase {
    losses = 0
    return .resting(until: now + Self.rest)
  }
}
