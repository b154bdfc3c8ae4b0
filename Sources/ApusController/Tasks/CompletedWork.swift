// Part of Apus, Apache-2.0. See LICENSE.
package import ApusWire

/// How many requests each engine has answered, and the latest of them: what `queue_status` calls completed.
///
/// A pure value.
package struct CompletedWork: Sendable {
  /// The most identifiers kept for an engine.
  package static let maximumRecent = 1024

  /// What one engine has answered.
  package struct Tally: Sendable, Hashable {
    package var count = 0
    /// The last ones, in no particular order.
    package var recent: [MessageID] = []
  }

  private var tallies: [EngineID: Tally] = [:]

  package init() {}

  package subscript(engine: EngineID) -> Tally { tallies[engine] ?? Tally() }

  /// Counts a request that an engine has answered.
  package mutating func add(_ id: MessageID, by engine: EngineID) {
    tallies[engine, default: Tally()].add(id)
  }

  /// Drops what is known of an engine that is gone.
  package mutating func forget(_ engine: EngineID) { tallies[engine] = nil }
}

extension CompletedWork.Tally {
  fileprivate mutating func add(_ id: MessageID) {
    count += 1
    if recent.count < CompletedWork.maximumRecent {
      recent.append(id)
    } else {
      recent[count % CompletedWork.maximumRecent] = id
    }
  }
}
