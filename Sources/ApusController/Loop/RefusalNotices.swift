// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport

/// Says when a log tells of connections that were refused.
///
/// At once the first time, then at most every ten minutes, because a peer without the key tries again several times a second. A
/// pure value.
struct RefusalNotices: Sendable {
  private static let interval = Duration.seconds(600)

  private var count = 0
  private var next: Instant?

  /// Notes how many were refused since the last call.
  ///
  /// - Returns: the line for the log, if it is time for one.
  mutating func note(_ refused: Int, now: Instant) -> String? {
    count += refused
    guard count > 0, next.map({ $0 <= now }) ?? true else { return nil }
    defer { (count, next) = (0, now + Self.interval) }
    return
      "refused \(count) connection\(count == 1 ? "" : "s") of peers that do not have this cluster's key; their connection file is missing, old or of another cluster"
  }
}
