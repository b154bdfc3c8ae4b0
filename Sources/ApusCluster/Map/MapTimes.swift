// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire

/// When a map on a cluster must do what; a value without side effects.
struct MapTimes {
  private static let lookInterval = Duration.milliseconds(500)
  private static let renewInterval = Duration.seconds(2)
  /// What an engine had answered before it left may come so much later, by another socket.
  private static let departureGrace = Duration.milliseconds(50)
  /// An offer without an answer for so long may be lost.
  private static let offerAge = Duration.seconds(3)

  /// How long the controller may be silent, as it has said itself.
  var reconnectLimit = Duration.zero

  private var lastHeard: Instant
  private var lastListened: Instant
  private var nextLook: Instant
  private var nextRenewal: Instant
  /// When the controller was asked for its engines last.
  private(set) var asked: Instant
  /// Since when there is no engine that could run the map.
  private(set) var idleSince: Instant?
  /// Engines that have left, and when what they had answered must have come.
  private var departures: [(engine: EngineID, end: Instant)] = []

  init(now: Instant) {
    (lastHeard, lastListened, nextLook, asked, idleSince) = (now, now, now, now, now)
    nextRenewal = now + Self.renewInterval
  }

  /// Notes that the map listens; time in which it has not is no silence of the controller.
  mutating func listen(now: Instant) {
    if lastListened + .seconds(1) < now {
      lastHeard = lastHeard + lastListened.duration(to: now)
    }
    lastListened = now
  }

  mutating func heard(now: Instant) { lastHeard = now }

  /// Whether the controller has been silent for so long.
  func isSilent(for timeout: Duration, now: Instant) -> Bool { lastHeard + timeout <= now }

  /// Whether it is time to look at what is due.
  mutating func takeLook(now: Instant) -> Bool {
    guard nextLook <= now else { return false }
    nextLook = now + Self.lookInterval
    return true
  }

  /// Whether it is time to ask controller and engines.
  ///
  /// - Returns: offers before this time that have no answer may be lost; nil if it is not time.
  mutating func takeRenewal(now: Instant) -> Instant? {
    guard nextRenewal <= now else { return nil }
    nextRenewal = now + Self.renewInterval
    asked = now
    return Instant(nanoseconds: now.nanoseconds - Self.offerAge.nanoseconds)
  }

  /// Whether engines are started as the queue needs, and none has joined yet, as the controller has said with its last answer.
  private(set) var isOnDemand = false

  /// Takes in what the controller says of itself.
  mutating func heard(_ content: JSONValue) {
    if let limit = content["apus_reconnect_limit"]?.integer { reconnectLimit = .seconds(limit) }
    let isOnDemand = content["apus_on_demand"]?.bool ?? false
    // Engines that cannot run the map are no reason to wait for more of their kind.
    self.isOnDemand = isOnDemand && content["engines"]?.object?.isEmpty ?? true
  }

  /// Notes whether there is an engine that can run the map, and whether there has been none for too long, and none is to come.
  mutating func isIdle(_ isIdle: Bool, for timeout: Duration, now: Instant) -> Bool {
    guard isIdle, !isOnDemand else {
      idleSince = nil
      return false
    }
    let since = idleSince ?? now
    idleSince = since
    return since + timeout <= now
  }

  /// Makes the next renewal come soon, because more is known of what waits.
  mutating func hurry(now: Instant) { nextRenewal = min(nextRenewal, now) }

  mutating func left(_ engine: EngineID, now: Instant) {
    departures.append((engine, now + Self.departureGrace))
  }

  /// Notes that an engine has joined: one that had left is back then with all that it has.
  mutating func joined(_ engine: EngineID, now: Instant) {
    let count = departures.count
    departures.removeAll { $0.engine == engine }
    // What was lost on the way is found out by asking.
    if departures.count < count { hurry(now: now) }
  }

  /// Takes the engines out that have left for good.
  mutating func takeDepartures(now: Instant) -> [EngineID] {
    defer { departures.removeAll { $0.end <= now } }
    return departures.filter { $0.end <= now }.map(\.engine)
  }
}
