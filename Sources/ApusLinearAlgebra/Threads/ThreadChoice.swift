// Part of Apus, Apache-2.0. See LICENSE.

/// The choice between one thread and several for one operation and size, learned from its calls.
///
/// A threshold measured at one time may be wrong at another: while another job occupies a core, all threads
/// wait for the one without a core, and a call of 50 µs takes 4 ms; near the threshold, the load on the host
/// of a virtual machine decides which is faster. So the threshold only sets the initial mode. From time to
/// time, a trial makes a few calls in the other mode, and if they are faster than those before and after
/// them, that mode becomes the usual one. Trials lose at most 1 % of the time of all calls, except for the
/// first one, and for those that begin because the usual mode has become much slower than the other one was.
struct ThreadChoice: Sendable, Hashable {
  /// The share of the time of all calls that trials may lose.
  static let trialOverheadLimit = 0.01
  /// The ratio of a trial's cost to the usual cost below which the mode changes.
  static let switchRatio = 0.97
  /// The ratio of the usual cost to that of the other mode above which a trial begins at once.
  static let immediateTrialRatio = 1.3
  /// A call that is faster or slower than usual by this factor ends a trial.
  static let decisiveRatio = 2.0
  /// The least number of usual calls between trials; of short calls, at least ten times as many as in a
  /// trial.
  static let callsBetweenTrials = 8
  /// Older calls count half after this many seconds, or after this many calls of the last one's duration if
  /// that is longer.
  static let memory = (seconds: 10.0, calls: 1000.0)
  /// Of usual calls that take less than `seconds`, one in `timedOneIn` is timed, because reading the clock
  /// takes a hundredth of the time of the shortest.
  static let short = (seconds: 50e-6, timedOneIn: 4)
  /// The seconds that a trial of short calls may lose before a slow call ends it, because its threads must
  /// first be woken and moved off the core of the calling thread.
  static let waking = 200e-6
  /// Seconds of calls that must pass between two small gains for them to count as two; within this time both
  /// may come from one core that was shared for a moment.
  static let episode = 0.25

  /// The number of calls of a trial: of short calls, as many as take a millisecond, because threads that were
  /// asleep are often on the core of the calling thread until the system moves them.
  private static func trialLength(seconds: Double) -> Int {
    if seconds < short.seconds { return Int(1e-3 / max(seconds, 5e-6)) }
    return seconds < 0.01 ? 3 : 2
  }

  /// The number of calls with several threads before one thread is tried even without a disturbance: few if
  /// calls are short, but enough that the trial cannot double their time.
  static func callsBeforeLearning(seconds: Double, threads: Int) -> Int {
    max(4, trialLength(seconds: seconds), seconds < 0.01 ? 2 * threads : 4 * threads)
  }

  private enum Phase: Hashable {
    case usual
    /// A trial: `left` calls are still to be made in the other mode.
    case trying(left: Int)
    /// A trial was faster than the usual cost `before` it: `left` usual calls are still to be compared with
    /// it.
    case confirming(left: Int, before: Double)
  }

  /// Whether calls usually have several threads.
  private(set) var isThreaded: Bool
  /// Seconds per multiplication in the last usual calls, and in those of a trial.
  private var usual = RecentCosts()
  private var trial = RecentCosts()
  private var phase = Phase.usual
  /// Whether a call of the trial is running.
  private var isUnderWay = false
  /// Seconds of all calls since a trial in which one thread was slightly faster; nil if it was not in the
  /// last one.
  private var sinceGain: Double?
  /// Seconds that the trial has lost.
  private var lostInTrial = 0.0
  /// Whether the one extra call that a disturbed beginning allows has been used.
  private var hasLostExtra = false
  /// Seconds per multiplication in the other mode when it was last tried; infinite if it was never tried.
  private var other = Double.infinity
  private var (spent, lost) = (0.0, 0.0)
  /// Usual calls since the last trial, and the number of early calls that lost a core.
  private var (calls, disturbances) = (0, 0)

  /// Seconds of the last usual call that was timed, and calls since then.
  private var (last, untimed) = (Double.infinity, 0)

  private let threads: Int

  init(isThreaded: Bool = true, threads: Int = 2) {
    self.isThreaded = isThreaded
    self.threads = threads
  }

  /// Whether cores were busy during the first calls.
  private var isDisturbed: Bool { disturbances >= 2 }

  /// Whether to look for signs of a busy core, because one thread has not been tried yet.
  var looksForDisturbances: Bool { isThreaded && other == .infinity }

  /// Whether the call that begins now is a short one that need not be timed: it runs as `isThreaded` says,
  /// and its time is taken to be that of the last.
  mutating func skipsTiming() -> Bool {
    guard phase == .usual, last < Self.short.seconds, other < .infinity || !isThreaded,
      untimed + 1 < Self.short.timedOneIn
    else { return false }
    untimed += 1
    calls += 1
    spent += last
    sinceGain = sinceGain.map { $0 + last }
    return true
  }

  /// Whether the timed call that begins now should have several threads.
  ///
  /// Of concurrent calls only one is part of a trial. Each is followed by ``finished`` or ``refused``.
  mutating func begins() -> Bool {
    guard case .trying = phase, !isUnderWay else { return isThreaded }
    isUnderWay = true
    return !isThreaded
  }

  /// Records that a call did not get the threads that it should have had.
  mutating func refused(threaded: Bool) {
    if threaded != isThreaded { isUnderWay = false }
  }

  /// Records a finished call.
  ///
  /// - Parameters:
  ///   - seconds: its duration.
  ///   - work: its number of multiplications.
  ///   - isDisturbed: whether the process lost a core meanwhile.
  mutating func finished(threaded: Bool, seconds: Double, work: Double, isDisturbed: Bool) {
    let work = max(work, 1)
    spent += seconds
    sinceGain = sinceGain.map { $0 + seconds }
    if spent > max(Self.memory.seconds, Self.memory.calls * seconds) {
      (spent, lost) = (spent / 2, lost / 2)
    }
    if threaded == isThreaded {
      calls += 1
      disturbances += isDisturbed ? 1 : 0
      usual.append(seconds / work)
      (last, untimed) = (seconds, 0)
    } else if usual.count > 0 {
      lost += max(0, seconds - usual.median * work)
    }
    switch phase {
    case .usual where threaded == isThreaded: considerTrial(seconds: seconds, work: work)
    case .trying(let left) where threaded != isThreaded:
      tried(seconds: seconds, work: work, left: left)
    case .confirming(1, let before) where threaded == isThreaded: confirmed(before: before)
    case .confirming(let left, let before) where threaded == isThreaded:
      phase = .confirming(left: left - 1, before: before)
    default: break  // a concurrent call that began before a trial began or ended
    }
  }

  private mutating func considerTrial(seconds: Double, work: Double) {
    let length = Self.trialLength(seconds: seconds)
    if isThreaded && other == .infinity {
      // The loss is limited: one thread takes at most as many times longer as there are threads.
      let isDue =
        isDisturbed || calls >= Self.callsBeforeLearning(seconds: seconds, threads: threads)
      if isDue { begin(length) }
      return
    }
    // Most calls end here: no trial is due, and this one was not slow.
    let between = max(Self.callsBetweenTrials, seconds < Self.short.seconds ? 10 * length : 0)
    let isDue = calls >= between && lost < allowed(seconds)
    guard isDue || seconds > other * Self.immediateTrialRatio * work else { return }
    let now = usual.median
    let isOtherBetter = other < Self.switchRatio * now
    let perCall =
      other == .infinity ? 0.1 * now : isOtherBetter ? 0.05 * now : max(other - now, 0.05 * now)
    let callsToLose = other > Self.decisiveRatio * now && other < .infinity ? 1 : length
    let mayLose = lost + Double(callsToLose) * perCall * work <= allowed(now * work)
    let isGivenUp = other * Self.immediateTrialRatio < now
    if (isDue && mayLose) || isGivenUp { begin(length) }
  }

  /// The seconds that trials may have lost so far: a share of all, and one call if cores were busy during the
  /// first calls, which may then mislead.
  private func allowed(_ call: Double) -> Double {
    Self.trialOverheadLimit * spent + (isDisturbed && other < .infinity && !hasLostExtra ? call : 0)
  }

  private mutating func begin(_ length: Int) {
    trial = RecentCosts()
    if other < .infinity && lost > Self.trialOverheadLimit * spent { hasLostExtra = true }
    isUnderWay = false
    lostInTrial = 0
    phase = .trying(left: length)
    calls = 0
  }

  private mutating func tried(seconds: Double, work: Double, left: Int) {
    let (cost, now) = (seconds / work, usual.median)
    isUnderWay = false
    lostInTrial += max(0, cost - now) * work
    trial.append(cost)
    let isSlow = cost > Self.decisiveRatio * now
    let mayWake = now * work < Self.short.seconds && lostInTrial < Self.waking
    if Self.decisiveRatio * cost < now {
      change(before: now)
    } else if left > 1 && (!isSlow || mayWake) {
      phase = .trying(left: left - 1)
    } else {
      other = trial.median
      // Was the trial faster, or did another job end meanwhile? As many usual calls will tell.
      let gains = other < Self.switchRatio * now
      if !gains { sinceGain = nil }
      phase = gains ? .confirming(left: trial.count, before: now) : .usual
      if gains { usual = RecentCosts() }
    }
  }

  private mutating func confirmed(before: Double) {
    let now = usual.median
    phase = .usual
    let least = min(before, now)
    guard trial.median < Self.switchRatio * now else {
      sinceGain = nil
      return
    }
    // Two threads on one core may be slower than one, but by less than they gain on two cores, so a small
    // gain must be seen twice.
    let isLittle = isThreaded && trial.median * Self.immediateTrialRatio > least
    if isLittle && sinceGain ?? 0 < Self.episode {
      sinceGain = sinceGain ?? 0
    } else {
      change(before: least)
    }
  }

  private mutating func change(before: Double) {
    isThreaded.toggle()
    (usual, other, phase) = (trial, before, .usual)
    (last, sinceGain) = (.infinity, nil)
  }
}

/// The costs of the last few calls.
struct RecentCosts: Sendable, Hashable {
  private var values = SIMD8<Double>(repeating: .infinity)
  private(set) var count = 0
  /// The number of costs that are kept.
  static let most = 5

  mutating func append(_ cost: Double) {
    values[count % Self.most] = cost
    count += 1
  }

  /// The lower median; infinite if there are no costs.
  var median: Double {
    var sorted = values
    let kept = min(count, Self.most)
    guard kept > 0 else { return .infinity }
    for index in 1..<max(2, kept) {
      var position = index
      while position > 0, sorted[position] < sorted[position - 1] {
        (sorted[position], sorted[position - 1]) = (sorted[position - 1], sorted[position])
        position -= 1
      }
    }
    return sorted[(kept - 1) / 2]
  }
}
