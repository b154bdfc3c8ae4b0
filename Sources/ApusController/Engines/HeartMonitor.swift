// Part of Apus, Apache-2.0. See LICENSE.
package import ApusTransport
package import ApusWire

/// Monitors which engines answer their pings.
///
/// At each beat a ping goes out to all engines, which send it back. An engine that misses too many beats in a row is
/// taken for dead; so is one whose connection has ended and that does not come back within a grace period. While
/// engines are joining, or may be gone, pings follow each other quickly. A pure value; pings are numbered.
package struct HeartMonitor: Sendable {
  /// What an answer to a ping means.
  package enum Pong: Sendable, Hashable {
    /// From an engine that was not expected to answer.
    case new
    case alive
    /// To the ping before.
    case late
    /// To a ping that was never sent, or was sent long ago.
    case unexpected
  }

  private struct Heart: Sendable {
    var misses = 0
    var hasAnswered = true
    /// When it is taken for dead, and the last ping sent before its connection ended, whose answer may still arrive;
    /// nil while its connection lasts.
    var end: (at: Instant, ping: Int)?
  }

  /// The time between pings while an engine is awaited.
  package static let quickPeriod = Duration.milliseconds(50)
  /// The time that is left for the answer of each engine before the next one that joins has a ping of its own.
  package static let answerTime = Duration.microseconds(10)
  /// The time between the first pings after a start, while engines that were taken over come back.
  package static let returnPeriod = Duration.milliseconds(200)
  /// How many of these there are at most.
  package static let returnPings = 50
  /// How long after the end of its connection an engine may come back.
  package static let gracePeriod = Duration.milliseconds(250)

  /// The time between beats.
  package let period: Duration
  /// Beats in a row that may be missed.
  package let allowedMisses: Int

  private var hearts: [EngineID: Heart] = [:]
  /// The engines whose heartbeat connection has ended.
  private var awaited: Set<EngineID> = []
  /// The engines that were taken over and have not answered yet.
  private var returning: Set<EngineID> = []
  private var nextBeat: Instant
  private var nextExtra: Instant?
  private var lastPing: Instant?
  /// The number of the last ping; below, of the first since this beat, and of the first since the beat before.
  package private(set) var ping = 0
  private var (current, previous) = (0, 0)

  package init(period: Duration, allowedMisses: Int, now: Instant) {
    self.period = max(.milliseconds(1), period)
    self.allowedMisses = max(0, allowedMisses)
    nextBeat = now
  }

  package var count: Int { hearts.count }

  /// Whether an engine was taken over and has not answered yet.
  package func isReturning(_ id: EngineID) -> Bool { returning.contains(id) }

  /// Whether answers of an engine are expected.
  package func isExpected(_ id: EngineID) -> Bool { hearts[id] != nil }

  /// The invariants that do not hold, in words; empty if all do.
  package func violatedInvariants() -> [String] {
    let ending = hearts.filter { $0.value.end != nil }.keys
    var violations = Set(ending) == awaited ? [] : ["an engine is awaited if its connection ended"]
    if hearts.values.contains(where: { $0.misses > allowedMisses }) {
      violations.append("an engine that misses too many pings is dead")
    }
    return violations
  }

  /// Expects answers of an engine that has answered.
  package mutating func add(_ id: EngineID) { set(id, Heart()) }

  /// Expects answers of an engine that has not answered yet.
  package mutating func expect(_ id: EngineID) {
    set(id, Heart(hasAnswered: false))
    returning.insert(id)
  }

  package mutating func remove(_ id: EngineID) { set(id, nil) }

  private mutating func set(_ id: EngineID, _ heart: Heart?) {
    hearts[id] = heart
    awaited.remove(id)
    returning.remove(id)
  }

  /// Whether the heartbeat connection of an engine has ended and it has not answered since.
  package func isAwaited(_ id: EngineID) -> Bool { awaited.contains(id) }

  /// The heartbeat connection of an engine has ended.
  ///
  /// - Parameter isLast: whether no other of its connections is known; otherwise its process lives, and it has two
  ///   beats to come back.
  package mutating func connectionEnded(_ id: EngineID, isLast: Bool = true, now: Instant) {
    guard let heart = hearts[id] else { return }
    let time = now + (isLast ? Self.gracePeriod : max(Self.gracePeriod, period * 2))
    hearts[id]?.end = (min(time, heart.end?.at ?? .distantFuture), heart.end?.ping ?? ping)
    awaited.insert(id)
    nextExtra = min(nextExtra ?? .distantFuture, now)
  }

  /// Sends a ping at once, because an engine is joining, or soon, where many engines will answer it.
  package mutating func pingSoon(now: Instant) {
    let pause = min(Self.quickPeriod, Self.answerTime * hearts.count)
    let due = lastPing.map { max(now, $0 + pause) } ?? now
    nextExtra = min(nextExtra ?? .distantFuture, due)
  }

  /// Engines whose grace period is over, which are dead.
  package func dead(now: Instant) -> [EngineID] {
    awaited.filter { hearts[$0]?.end.map { $0.at <= now } ?? false }.sorted { $0.uuid < $1.uuid }
  }

  /// When ``ping(now:isAnyJoining:)`` or ``dead(now:)`` will next have something to report.
  package var nextEvent: Instant {
    var next = min(nextBeat, nextExtra ?? .distantFuture)
    for id in awaited {
      if let end = hearts[id]?.end { next = min(next, end.at) }
    }
    return next
  }

  /// The ping that is due, and the engines that are dead because they missed too many.
  ///
  /// - Parameter isAnyJoining: whether more pings must follow soon.
  /// - Returns: nil if none is due.
  package mutating func ping(
    now: Instant, isAnyJoining: Bool
  ) -> (ping: [UInt8], dead: [EngineID])? {
    let isBeat = now >= nextBeat
    guard isBeat || now >= nextExtra ?? .distantFuture else { return nil }
    ping += 1
    lastPing = now
    var dead: [EngineID] = []
    if isBeat {
      dead = countMisses()
      nextBeat = max(nextBeat + period, now + period / 2)
      (previous, current) = (current, ping)
    }
    let isQuick = isAnyJoining || !awaited.isEmpty
    let isReturnAwaited = !returning.isEmpty && ping < Self.returnPings
    nextExtra =
      isQuick ? now + Self.quickPeriod : isReturnAwaited ? now + Self.returnPeriod : nil
    return (Array(String(ping).utf8), dead)
  }

  private mutating func countMisses() -> [EngineID] {
    var dead: [EngineID] = []
    for (id, heart) in hearts {
      var heart = heart
      heart.misses = heart.hasAnswered ? 0 : heart.misses + 1
      heart.hasAnswered = false
      hearts[id] = heart
      if heart.misses > allowedMisses { dead.append(id) }
    }
    return dead.sorted { $0.uuid < $1.uuid }
  }

  /// The number of the ping that an answer is to; nil if it is none.
  package static func number(_ pong: [UInt8]) -> Int? { Int(String(decoding: pong, as: UTF8.self)) }

  /// An answer to a ping has arrived.
  package mutating func pong(_ id: EngineID, _ bytes: [UInt8]) -> Pong {
    guard let number = Self.number(bytes), number >= max(1, previous),
      number <= ping
    else { return .unexpected }
    guard let heart = hearts[id] else { return .new }
    if let end = heart.end, number <= end.ping { return .late }
    set(id, Heart())
    return number >= current ? .alive : .late
  }
}
