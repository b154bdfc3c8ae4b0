// Part of Apus, Apache-2.0. See LICENSE.
package import ApusTransport

/// How many jobs ran here, and how long; a pure value.
package struct JobStatistics: Sendable {
  /// The time of all jobs since a client last opened a connection for statistics.
  private(set) var sinceAsked = Duration.zero
  private(set) var total = Duration.zero
  private(set) var jobs = 0
  private(set) var failedWorkers = 0
  private let start: Instant

  package init(now: Instant) { start = now }

  package mutating func finished(after duration: Duration) {
    sinceAsked += duration
    total += duration
    jobs += 1
  }

  package mutating func workerFailed() { failedWorkers += 1 }

  /// A client asks for statistics for the first time: its time begins now.
  package mutating func begin() { sinceAsked = .zero }

  /// The time that clients read, as Python prints a float.
  package var answer: String { "\(sinceAsked / .seconds(1))" }

  /// A table for people.
  package func table(workers: Int, now: Instant) -> String {
    let seconds = start.duration(to: now) / .seconds(1)
    let busy = total / .seconds(1)
    let rows = [
      ("jobs", "\(jobs)"), ("time of jobs", Self.text(busy) + " s"),
      ("mean of a job", jobs == 0 ? "-" : Self.text(busy / Double(jobs)) + " s"),
      ("workers", "\(workers)"),
      ("busy", Self.text(100 * busy / max(1e-9, seconds * Double(max(1, workers)))) + " %"),
      ("workers that have died", "\(failedWorkers)"),
      ("time since the start", Self.text(seconds) + " s"),
    ]
    let width = rows.map(\.0.count).max() ?? 0
    return rows.map { name, value in
      name + String(repeating: " ", count: width + 2 - name.count) + value
    }.joined(separator: "\n")
  }

  private static func text(_ number: Double) -> String {
    let scaled = (number * 1000).rounded() / 1000
    return "\(scaled)"
  }
}
