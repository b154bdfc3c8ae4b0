// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire

/// Counts messages that were refused, so that a flood of them is one line in the log and not a million.
struct RefusalCounter {
  /// Nanoseconds between two reports.
  static let interval = 5_000_000_000

  private var counts: [String: Int] = [:]
  private(set) var nextReport: Int?

  /// The most different reasons that are told apart.
  private static let mostReasons = 16

  mutating func add(_ socket: String, _ reason: String, now: Int) {
    let key = "\(socket): \(reason)"
    let slot = counts[key] != nil || counts.count < Self.mostReasons ? key : "other reasons"
    counts[slot, default: 0] += 1
    nextReport = nextReport ?? now + Self.interval / 10
  }

  /// What to say, if it is time.
  mutating func report(now: Int) -> String? {
    guard let time = nextReport, time <= now else { return nil }
    defer { nextReport = counts.isEmpty ? nil : now + Self.interval }
    if counts.isEmpty { return nil }
    let lines = counts.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value) times)" }
    counts.removeAll()
    return "refused messages: \(lines.joined(separator: "; "))"
  }
}
