// Part of Apus, Apache-2.0. See LICENSE.
package import ApusTransport
package import ApusWire

/// How many requests each engine has answered, and the latest of them: what `queue_status` calls completed.
///
/// A pure value.
package struct CompletedWork: Sendable {
  /// The most identifiers kept for all engines together, and for one of few and of many.
  package static let maximumOfAll = 131_072
  package static let maximumRecent = 1024
  package static let leastRecent = 16

  /// What one engine has answered.
  package struct Tally: Sendable, Hashable {
    package var count = 0
    fileprivate var rate: RecentRate
    /// The last ones, in no particular order.
    package var recent: [MessageID] = []

    fileprivate init(now: Instant) { rate = RecentRate(now: now) }
  }

  private var tallies: [EngineID: Tally] = [:]

  package init() {}

  package subscript(engine: EngineID) -> Tally { tallies[engine] ?? Tally(now: Instant()) }

  /// The requests that an engine has answered in a second, over the last ten.
  package func rate(of engine: EngineID, now: Instant) -> Double {
    tallies[engine]?.rate.value(now: now) ?? 0
  }

  /// Counts a request that an engine has answered.
  package mutating func add(_ id: MessageID, by engine: EngineID, now: Instant) {
    let share = Self.maximumOfAll / max(1, tallies.count)
    let most = max(Self.leastRecent, min(Self.maximumRecent, share))
    tallies[engine, default: Tally(now: now)].add(id, keeping: most, now: now)
  }

  /// Drops what is known of an engine that is gone.
  package mutating func forget(_ engine: EngineID) { tallies[engine] = nil }
}

extension CompletedWork.Tally {
  fileprivate mutating func add(_ id: MessageID, keeping most: Int, now: Instant) {
    count += 1
    rate.add(1, now: now)
    if recent.count > most { recent.removeFirst(recent.count - most) }
    if recent.count < most {
      recent.append(id)
    } else {
      recent[count % most] = id
    }
  }
}
