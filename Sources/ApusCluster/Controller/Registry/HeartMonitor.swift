// Part of Apus, Apache-2.0. See LICENSE.

/// Whose heart beats.
///
/// At each beat a ping goes out to all engines, which send it back. An engine that has missed more than a
/// number of beats in a row is taken for dead; one whose connection has ended, after a moment in which it may
/// come back. While engines are about to join, or may be gone, pings follow each other quickly. A pure value:
/// the ping is the time of its beat.
package struct HeartMonitor: Sendable {
  /// What a pong tells.
  package enum Pong: Sendable, Hashable {
    /// From an engine that was not listened for.
    case new
    case alive
    /// To the ping before.
    case late
    /// To no ping that was sent.
    case stray
  }

  private struct Heart: Sendable {
    var misses = 0
    var hasAnswered = true
    /// When it is taken for dead, and the last ping before its connection ended, whose answer may have been on
    /// its way; nil while its connection lasts.
    var end: (at: Int, ping: Int)?
  }

  /// Nanoseconds between pings while somebody is waited for.
  package static let hurry = 50_000_000
  /// Nanoseconds after the end of its connection in which an engine may come back.
  package static let grace = 250_000_000

  /// Nanoseconds between beats.
  package let period: Int
  /// Beats in a row that may be missed.
  package let allowedMisses: Int

  private var hearts: [String: Heart] = [:]
  private var nextBeat: Int
  private var nextExtra: Int?
  /// The number of the last ping, of the first since this beat, and of the first since the beat before.
  private var (ping, current, previous) = (0, 0, 0)

  package init(period: Duration, allowedMisses: Int, now: Int) {
    self.period = max(1_000_000, period.nanoseconds)
    self.allowedMisses = max(0, allowedMisses)
    nextBeat = now
  }

  package var count: Int { hearts.count }

  /// Listens for an engine that has been heard.
  package mutating func add(_ uuid: String) { hearts[uuid] = Heart() }

  /// Listens for an engine that has yet to be heard.
  package mutating func expect(_ uuid: String) { hearts[uuid] = Heart(hasAnswered: false) }

  package mutating func remove(_ uuid: String) { hearts[uuid] = nil }

  /// Whether the heart's connection of an engine has ended and it has not been heard since.
  package func isWaitedFor(_ uuid: String) -> Bool { hearts[uuid]?.end != nil }

  /// The heart's connection of an engine has ended.
  ///
  /// - Parameter isLast: whether it has no other connection that is known; otherwise its process lives, and it has
  ///   two beats to come back.
  package mutating func connectionEnded(_ uuid: String, isLast: Bool = true, now: Int) {
    guard let heart = hearts[uuid] else { return }
    let time = now + (isLast ? Self.grace : max(Self.grace, 2 * period))
    hearts[uuid]?.end = (min(time, heart.end?.at ?? .max), heart.end?.ping ?? ping)
    nextExtra = min(nextExtra ?? .max, now)
  }

  /// Somebody is about to join: a ping goes out at once, and more until everybody has.
  package mutating func hurryUp(now: Int) {
    nextExtra = min(nextExtra ?? .max, now)
  }

  /// Engines that are dead now.
  package mutating func dead(now: Int) -> [String] {
    hearts.filter { $0.value.end.map { $0.at <= now } ?? false }.map(\.key)
  }

  /// When ``ping(now:isSomebodyJoining:)`` or ``dead(now:)`` have something to say next.
  package var nextEvent: Int {
    var next = min(nextBeat, nextExtra ?? .max)
    for heart in hearts.values {
      if let end = heart.end { next = min(next, end.at) }
    }
    return next
  }

  /// The ping that is due, and those who are dead because they missed too many.
  ///
  /// - Parameter isSomebodyJoining: whether more pings are to follow soon.
  /// - Returns: nil if none is due.
  package mutating func ping(
    now: Int, isSomebodyJoining: Bool
  ) -> (ping: [UInt8], dead: [String])? {
    let isBeat = now >= nextBeat
    guard isBeat || now >= nextExtra ?? .max else { return nil }
    ping += 1
    var dead: [String] = []
    if isBeat {
      dead = countMisses()
      nextBeat = max(nextBeat + period, now + period / 2)
      (previous, current) = (current, ping)
    }
    let isHurried = isSomebodyJoining || hearts.values.contains { $0.end != nil }
    nextExtra = isHurried ? now + Self.hurry : nil
    return (Array(String(ping).utf8), dead)
  }

  private mutating func countMisses() -> [String] {
    var dead: [String] = []
    for (uuid, heart) in hearts {
      var heart = heart
      heart.misses = heart.hasAnswered ? 0 : heart.misses + 1
      heart.hasAnswered = false
      hearts[uuid] = heart
      if heart.misses > allowedMisses { dead.append(uuid) }
    }
    return dead
  }

  /// An answer has come.
  package mutating func pong(_ uuid: String, _ bytes: [UInt8]) -> Pong {
    guard let number = Int(String(decoding: bytes, as: UTF8.self)), number >= max(1, previous),
      number <= ping
    else { return .stray }
    guard let heart = hearts[uuid] else { return .new }
    if let end = heart.end, number <= end.ping { return .late }
    hearts[uuid] = Heart()
    return number >= current ? .alive : .late
  }
}
