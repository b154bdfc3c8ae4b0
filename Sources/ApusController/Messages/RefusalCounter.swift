// Part of Apus, Apache-2.0. See LICENSE.
package import ApusTransport

/// Counts refused messages, so that a flood of them makes one line in the log and not a million.
///
/// A pure value.
package struct RefusalCounter {
  /// The time between two reports.
  package static let interval = Duration.seconds(5)
  /// The most reasons that are told apart.
  package static let maximumReasons = 16

  private var counts: [String: Int] = [:]
  package private(set) var nextReport: Instant?

  package init() {}

  package mutating func add(_ channel: Channel, _ reason: String, now: Instant) {
    let key = "\(channel.name): \(reason)"
    let slot = counts[key] != nil || counts.count < Self.maximumReasons ? key : "other reasons"
    counts[slot, default: 0] += 1
    nextReport = nextReport ?? now + Self.interval / 10
  }

  /// The report, if it is time for one and there is anything to report.
  package mutating func report(now: Instant) -> String? {
    guard let time = nextReport, time <= now else { return nil }
    defer { nextReport = counts.isEmpty ? nil : now + Self.interval }
    if counts.isEmpty { return nil }
    let lines = counts.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value) times)" }
    counts.removeAll()
    return "refused messages: \(lines.joined(separator: "; "))"
  }
}
