// Part of Apus, Apache-2.0. See LICENSE.

/// One thread or several, for one operation and size, learned from its own calls.
///
/// A threshold that was measured at one time is wrong at another: while another job holds a core, a thread
/// that has none lets all others wait for it, and a call of 50 µs becomes one of 4 ms; near the threshold the
/// neighbours of a virtual machine decide who is faster. So the threshold only says how calls begin. Now and
/// then a few calls are made the other way, and if they are faster than those before and after them, that way
/// becomes the usual one. What such trials lose is at most 1 % of the time of all calls, but for the
/// first, and for those that begin because the usual way has become much slower than the other was.
struct ThreadChoice: Sendable, Hashable {
  /// The share of all time that trials may lose.
  static let allowance = 0.01
  /// What a trial's cost in the usual one's must be for a change.
  static let margin = 0.97
  /// A usual way that is slower than this many times the other has a trial against it at once.
  static let patience = 1.3
  /// A call that is faster or slower than this many times the usual way ends a trial.
  static let decisive = 2.0
  /// Calls of the usual way between trials, at least; of short calls, ten times those of a trial.
  static let callsBetweenTrials = 8
  /// Seconds, and calls of the last one's length, after which older calls count half.
  static let memory = (seconds: 10.0, calls: 1000.0)
  /// Of usual calls that take less than `seconds`, one of so many is timed: to look at the clock costs a
  /// hundredth of the shortest.
  static let short = (seconds: 50e-6, timedOneIn: 4)
  /// Seconds that a trial of short calls may lose before a slow one ends it: to wake threads, and to move them
  /// from the core of the one that calls them.
  static let waking = 200e-6
  /// Seconds of calls between two small gains that count as two: those of a core that was shared for a
  /// moment are one.
  static let episode = 0.25

  /// Calls of a trial: of short ones, as many as take a millisecond, because threads that were asleep are often
  /// on the core of the one that calls them, until the system moves them.
  private static func trialLength(seconds: Double) -> Int {
    if seconds < short.seconds { return Int(1e-3 / max(seconds, 5e-6)) }
    return seconds < 0.01 ? 3 : 2
  }

  /// Calls with several threads before one thread is tried even if nothing disturbs them: few if a call is
  /// short, and so many that one thread cannot double their time.
  static func callsBeforeLearning(seconds: Double, threads: Int) -> Int {
    max(4, trialLength(seconds: seconds), seconds < 0.01 ? 2 * threads : 4 * threads)
  }

  private enum Phase: Hashable {
    case usual
    /// So many calls are yet to be made the other way.
    case trying(left: Int)
    /// So many usual calls are yet to be compared with a trial that was faster than those `before` it.
    case confirming(left: Int, before: Double)
  }

  /// Whether calls usually have several threads.
  private(set) var isThreaded: Bool
  /// Seconds of one multiplication in the last calls of the usual way, and in those of a trial.
  private var usual = RecentCosts()
  private var trial = RecentCosts()
  private var phase = Phase.usual
  /// Whether a call of the trial has begun and not ended.
  private var isUnderWay = false
  /// Seconds of all calls since a trial in which one thread was a little faster, if the last one was.
  private var sinceGain: Double?
  /// Seconds that the trial has lost.
  private var lostInTrial = 0.0
  /// Whether the one call more that a disturbed beginning allows has been used.
  private var hasLostExtra = false
  /// What a multiplication cost the other way when it was last tried.
  private var other = Double.infinity
  private var (spent, lost) = (0.0, 0.0)
  /// Calls of the usual way since the last trial, and those of the first that lost a core.
  private var (calls, disturbances) = (0, 0)

  /// Seconds of the last usual call that was timed, and calls since then.
  private var (last, untimed) = (Double.infinity, 0)

  private let threads: Int

  init(isThreaded: Bool = true, threads: Int = 2) {
    self.isThreaded = isThreaded
    self.threads = threads
  }

  /// Whether cores were busy at the first calls.
  private var isDisturbed: Bool { disturbances >= 2 }

  /// Whether several threads have yet to be compared with one, so signs of a busy core are looked for.
  var looksForDisturbances: Bool { isThreaded && other == .infinity }

  /// Whether the call that begins now is one of many short ones: it is made as `isThreaded` says, and its
  /// time is taken to be that of the last.
  mutating func passes() -> Bool {
    guard phase == .usual, last < Self.short.seconds, other < .infinity || !isThreaded,
      untimed + 1 < Self.short.timedOneIn
    else { return false }
    untimed += 1
    calls += 1
    spent += last
    sinceGain = sinceGain.map { $0 + last }
    return true
  }

  /// Whether the call that begins now, and is timed, shall have several threads.
  ///
  /// Of calls at the same time only one is tried. Each is followed by ``finished`` or
  /// ``refused``.
  mutating func begins() -> Bool {
    guard case .trying = phase, !isUnderWay else { return isThreaded }
    isUnderWay = true
    return !isThreaded
  }

  /// A call could not have the threads that it was to have.
  mutating func refused(threaded: Bool) {
    if threaded != isThreaded { isUnderWay = false }
  }

  /// Takes note of a call.
  ///
  /// - Parameters:
  ///   - seconds: what it took.
  ///   - work: its multiplications.
  ///   - isDisturbed: whether the process was driven from a core meanwhile.
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
    default: break  // another thread's call, of before a trial began or ended
    }
  }

  private mutating func considerTrial(seconds: Double, work: Double) {
    let length = Self.trialLength(seconds: seconds)
    if isThreaded && other == .infinity {
      // Cheap: one thread takes as many times as long as there are threads, at most.
      let isDue =
        isDisturbed || calls >= Self.callsBeforeLearning(seconds: seconds, threads: threads)
      if isDue { begin(length) }
      return
    }
    // Most calls end here: no trial is due, and this one was not slow.
    let between = max(Self.callsBetweenTrials, seconds < Self.short.seconds ? 10 * length : 0)
    let isDue = calls >= between && lost < allowed(seconds)
    guard isDue || seconds > other * Self.patience * work else { return }
    let now = usual.median
    let isOtherBetter = other < Self.margin * now
    let perCall =
      other == .infinity ? 0.1 * now : isOtherBetter ? 0.05 * now : max(other - now, 0.05 * now)
    let callsToLose = other > Self.decisive * now && other < .infinity ? 1 : length
    let mayLose = lost + Double(callsToLose) * perCall * work <= allowed(now * work)
    let isGivenUp = other * Self.patience < now
    if (isDue && mayLose) || isGivenUp { begin(length) }
  }

  /// Seconds that trials may have lost so far: a share of all, and one call if cores were busy at the first,
  /// which may mislead then.
  private func allowed(_ call: Double) -> Double {
    Self.allowance * spent + (isDisturbed && other < .infinity && !hasLostExtra ? call : 0)
  }

  private mutating func begin(_ length: Int) {
    trial = RecentCosts()
    if other < .infinity && lost > Self.allowance * spent { hasLostExtra = true }
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
    let isSlow = cost > Self.decisive * now
    let mayWake = now * work < Self.short.seconds && lostInTrial < Self.waking
    if Self.decisive * cost < now {
      change(before: now)
    } else if left > 1 && (!isSlow || mayWake) {
      phase = .trying(left: left - 1)
    } else {
      other = trial.median
      // Did the trial gain, or did a neighbour leave meanwhile? The same number of usual calls tell.
      let gains = other < Self.margin * now
      if !gains { sinceGain = nil }
      phase = gains ? .confirming(left: trial.count, before: now) : .usual
      if gains { usual = RecentCosts() }
    }
  }

  private mutating func confirmed(before: Double) {
    let now = usual.median
    phase = .usual
    let least = min(before, now)
    guard trial.median < Self.margin * now else {
      sinceGain = nil
      return
    }
    // Of two threads on one core each may be slower than one alone, but by less than they gain on two: so a
    // little gain must be seen twice.
    let isLittle = isThreaded && trial.median * Self.patience > least
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

/// The last few costs.
struct RecentCosts: Sendable, Hashable {
  private var values = SIMD8<Double>(repeating: .infinity)
  private(set) var count = 0
  /// How many are kept.
  static let most = 5

  mutating func append(_ cost: Double) {
    values[count % Self.most] = cost
    count += 1
  }

  /// The lesser of the middle ones; infinite if there are none.
  var median: Double {
    var sorted = values
    let kept = min(count, Self.most)
    guard kept > 0 else { return .infinity }
    for index in 1..<max(2, kept) {
      var place = index
      while place > 0, sorted[place] < sorted[place - 1] {
        (sorted[place], sorted[place - 1]) = (sorted[place - 1], sorted[place])
        place -= 1
      }
    }
    return sorted[(kept - 1) / 2]
  }
}
