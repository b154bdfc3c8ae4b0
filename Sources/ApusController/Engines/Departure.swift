// Part of Apus, Apache-2.0. See LICENSE.

/// How an engine left.
package enum Departure: Sendable, Hashable {
  /// Its nanny, a client or the engine itself announced it.
  case announced
  /// Its process ended, and its launcher knows how.
  case ended(String)
  /// Its connection ended.
  case disconnected
  /// It no longer answered its pings.
  case unresponsive

  /// How long its last replies are still accepted.
  ///
  /// Replies sent before its connection ended arrive in a moment; those stuck in a network may take longer.
  package var gracePeriod: Duration { self == .unresponsive ? .seconds(5) : .milliseconds(250) }

  /// Whether the engine certainly will not come back.
  package var isFinal: Bool {
    switch self {
    case .announced, .ended: true
    case .disconnected, .unresponsive: false
    }
  }

  /// The words after the engine's name.
  package var text: String {
    switch self {
    case .announced: "has left"
    case .ended(let cause): cause
    case .disconnected: "is gone: its connection ended"
    case .unresponsive: "is gone: it stopped answering pings"
    }
  }
}
