// Part of Apus, Apache-2.0. See LICENSE.
package import ApusTransport

/// Decides how long a cluster without engines goes on.
///
/// A pure value.
package struct ClusterWatch: Sendable {
  /// How long it goes on without any engine; nil for as long as it takes.
  package let limit: Duration?
  private var emptySince: Instant?
  private var lastHeard = Instant()

  package init(limit: Duration?) { self.limit = limit }

  /// Notes how many engines the controller has.
  package mutating func heard(engines: Int, now: Instant) {
    emptySince = engines > 0 ? nil : emptySince ?? now
    lastHeard = now
  }

  /// Whether the cluster has had no engine so far.
  package var isEmpty: Bool { emptySince != nil }

  /// When the cluster ends if no engine joins until then.
  package var end: Instant? {
    guard let limit, let emptySince else { return nil }
    return emptySince + limit
  }

  /// Whether the controller has said at the end of that time, too, that it has no engine.
  package var isOver: Bool { end.map { $0 <= lastHeard } ?? false }
}
